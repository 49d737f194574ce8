import { ReaderUnavailable } from '@plaza/bus';
import { z } from 'zod';
import { operation } from '../operation.js';
import { unavailable } from '../problems.js';
import { commandOf, noticeOf, roomOperation } from '../room-operation.js';
import { expectCase } from '../rooms.js';
import {
  account,
  change,
  closeJson,
  delayedClose,
  inRoom,
  limits,
  next,
  notice,
  noticeQuery,
  only,
  page,
  pageToken,
  profile,
  profileJson,
  room,
  textOf,
} from '../schemas.js';
import { roomView, viewChange, viewRoom } from '../views.js';

export const getRoom = roomOperation({
  id: 'getRoom',
  method: 'GET',
  path: '/v1/rooms/:room',
  tag: 'rooms',
  scope: 'rooms:read',
  summary: 'Get a room',
  params: inRoom,
  answer: roomView,
  command: () => ({ getRoom: {} }),
  view: (result, head) => viewRoom(expectCase(result, 'roomInfo').value, head),
});

export const queryRooms = operation({
  id: 'queryRooms',
  method: 'POST',
  path: '/v1/rooms/query',
  tag: 'rooms',
  scope: 'rooms:read',
  summary: 'Get many rooms',
  description: 'What there is, what there is not, and what could not be asked, apart.',
  status: 200,
  body: z.strictObject({ rooms: z.array(room).min(1).max(100) }).meta({ examples: [{ rooms: ['lobby', 'garden'] }] }),
  answer: z
    .object({ found: z.array(roomView), absent: z.array(room), failed: z.array(z.object({ room, code: z.string(), detail: z.string() })) })
    .meta({ id: 'FoundRooms' }),
  async handle({ body, commandId }, { rooms }) {
    const names = [...new Set(body.rooms)];
    const asked = names.map(async (name) => ({
      name,
      outcome: await rooms.command({ room: name, commandId }, commandOf({ getRoom: {} })),
    }));
    const all = await Promise.all(asked);
    const problems = all.flatMap(({ name, outcome }) => ('problem' in outcome ? [{ room: name, ...outcome.problem }] : []));
    return {
      answer: {
        found: all.flatMap(({ outcome }) =>
          'problem' in outcome ? [] : [viewRoom(expectCase(outcome.result, 'roomInfo').value, outcome.head)],
        ),
        absent: problems.filter(({ code }) => code === 'not-found').map((one) => one.room),
        failed: problems.filter(({ code }) => code !== 'not-found').map(({ room: name, code, detail }) => ({ room: name, code, detail })),
      },
    };
  },
});

export const listRooms = operation({
  id: 'listRooms',
  method: 'GET',
  path: '/v1/rooms',
  tag: 'rooms',
  scope: 'rooms:read',
  summary: 'List rooms',
  description: 'All rooms, or those that an account created. From an index that is a moment behind.',
  status: 200,
  query: z.strictObject({ creator: account.optional(), pageToken, limit: page(1000, 100) }),
  answer: z.object({ rooms: z.array(z.object({ room: z.string(), creator: z.string() })), next }).meta({ id: 'RoomList' }),
  async handle({ query: { creator = '', pageToken: token, limit } }, { history }) {
    try {
      const { rooms, next: following } = await history.rooms({ account: creator, created: creator !== '', pageToken: token, limit });
      return { answer: { rooms: rooms.map(({ room: name, creator: by }) => ({ room: name, creator: by })), next: following } };
    } catch (error) {
      if (error instanceof ReaderUnavailable) return { problem: unavailable('the index of rooms cannot be read now') };
      throw error;
    }
  },
});

export const updateRoom = roomOperation({
  id: 'updateRoom',
  method: 'PATCH',
  path: '/v1/rooms/:room',
  tag: 'rooms',
  scope: 'rooms:write',
  summary: 'Change a room',
  description: 'What is not named stays as it is.',
  changes: true,
  params: inRoom,
  body: z.strictObject({ ...profile, ...notice }).meta({ examples: [{ announcement: 'Welcome' }] }),
  answer: change,
  command: (given) => ({ updateRoom: { changes: profileJson(only(given, Object.keys(profile))), notice: noticeOf(given) } }),
  view: viewChange,
});

export const openRoom = roomOperation({
  id: 'openRoom',
  method: 'POST',
  path: '/v1/rooms/:room/open',
  tag: 'rooms',
  scope: 'rooms:write',
  summary: 'Open a closed room',
  changes: true,
  params: inRoom,
  body: z.strictObject({ delayedClose: delayedClose.optional(), ...notice }),
  answer: change,
  command: (given) => ({
    openRoom: { notice: noticeOf(given), ...(given.delayedClose === undefined ? {} : { close: closeJson(given.delayedClose) }) },
  }),
  view: viewChange,
});

export const closeRoom = roomOperation({
  id: 'closeRoom',
  method: 'POST',
  path: '/v1/rooms/:room/close',
  tag: 'rooms',
  scope: 'rooms:write',
  summary: 'Close a room',
  description: 'Everybody is removed, and entry refused until it is opened again.',
  changes: true,
  params: inRoom,
  body: z.strictObject({ reason: textOf(limits.reason).default(''), ...notice }),
  answer: change,
  command: (given) => ({ closeRoom: { reason: given.reason, notice: noticeOf(given) } }),
  view: viewChange,
});

export const scheduleClose = roomOperation({
  id: 'scheduleClose',
  method: 'PUT',
  path: '/v1/rooms/:room/delayed-close',
  tag: 'rooms',
  scope: 'rooms:write',
  summary: 'Close a room later',
  description: 'Replaces the one that was set; the clock starts now. It is read back with the room.',
  changes: true,
  params: inRoom,
  body: delayedClose.extend(notice).meta({ examples: [{ kind: 'after-empty', seconds: 600 }] }),
  answer: change,
  command: (given) => ({ scheduleClose: { close: closeJson(given), notice: noticeOf(given) } }),
  view: viewChange,
});

export const cancelClose = roomOperation({
  id: 'cancelClose',
  method: 'DELETE',
  path: '/v1/rooms/:room/delayed-close',
  tag: 'rooms',
  scope: 'rooms:write',
  summary: 'Do not close a room later',
  changes: true,
  params: inRoom,
  query: noticeQuery,
  answer: change,
  command: (given) => ({ cancelClose: { notice: noticeOf(given) } }),
  view: viewChange,
});
