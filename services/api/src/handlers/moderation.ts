import { z } from 'zod';
import { noticeOf, roomOperation } from '../room-operation.js';
import { change, limits, month, notice, noticeQuery, ofMember, textOf } from '../schemas.js';
import { viewChange } from '../views.js';

const common = { tag: 'members', scope: 'members:write', changes: true, params: ofMember, answer: change, view: viewChange } as const;
const reason = textOf(limits.reason).default('').describe('Told to the account and to the room.');

export const muteMember = roomOperation({
  ...common,
  id: 'muteMember',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/mute',
  summary: 'Mute an account',
  description: 'Until it is lifted. The account may never have entered.',
  body: z.strictObject(notice),
  command: (given) => ({ muteMember: { account: given.account, notice: noticeOf(given) } }),
});

export const unmuteMember = roomOperation({
  ...common,
  id: 'unmuteMember',
  method: 'DELETE',
  path: '/v1/rooms/:room/members/:account/mute',
  summary: 'Unmute an account',
  query: noticeQuery,
  command: (given) => ({ unmuteMember: { account: given.account, notice: noticeOf(given) } }),
});

export const timedMuteMember = roomOperation({
  ...common,
  id: 'timedMuteMember',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/timed-mute',
  summary: 'Mute an account for a time',
  description: 'Ends by itself; a second one replaces the first; independent of the permanent mute.',
  body: z.strictObject({ seconds: month(1), ...notice }),
  command: (given) => ({ timedMuteMember: { account: given.account, seconds: given.seconds, notice: noticeOf(given) } }),
});

export const timedUnmuteMember = roomOperation({
  ...common,
  id: 'timedUnmuteMember',
  method: 'DELETE',
  path: '/v1/rooms/:room/members/:account/timed-mute',
  summary: 'End a timed mute early',
  description: 'Answers how long was left.',
  query: noticeQuery,
  command: (given) => ({ timedUnmuteMember: { account: given.account, notice: noticeOf(given) } }),
});

export const blockMember = roomOperation({
  ...common,
  id: 'blockMember',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/block',
  summary: 'Block an account',
  description: 'It is removed, its entry refused, and its role ended. It may never have entered.',
  body: z.strictObject({ reason, ...notice }),
  command: (given) => ({ blockMember: { account: given.account, reason: given.reason, notice: noticeOf(given) } }),
});

export const unblockMember = roomOperation({
  ...common,
  id: 'unblockMember',
  method: 'DELETE',
  path: '/v1/rooms/:room/members/:account/block',
  summary: 'Unblock an account',
  query: noticeQuery,
  command: (given) => ({ unblockMember: { account: given.account, notice: noticeOf(given) } }),
});

export const kickMember = roomOperation({
  ...common,
  id: 'kickMember',
  method: 'POST',
  path: '/v1/rooms/:room/members/:account/kick',
  summary: 'Remove an account from the room',
  description: 'Of an account that is not in the room: not-found.',
  body: z.strictObject({ reason, refuseSeconds: month(0).default(0).describe('Its entry is refused for so long.'), ...notice }),
  command: (given) => ({
    kickMember: { account: given.account, reason: given.reason, refuseSeconds: given.refuseSeconds, notice: noticeOf(given) },
  }),
});
