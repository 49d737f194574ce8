import { countLimits, textLimits } from '@plaza/domain';
import { z } from 'zod';
import { noticeOf, roomOperation } from '../room-operation.js';
import { expectCase } from '../rooms.js';
import { audience, change, inRoom, month, notice, noticeQuery, only, room, settings, settingsJson, tag, textOf } from '../schemas.js';
import { viewChange } from '../views.js';

const common = { tag: 'rooms', scope: 'rooms:write', changes: true, answer: change, view: viewChange } as const;

export const changeSettings = roomOperation({
  ...common,
  id: 'changeSettings',
  method: 'PATCH',
  path: '/v1/rooms/:room/settings',
  summary: 'Change the settings of a room',
  description: 'They count at once. What is not named stays as it is.',
  params: inRoom,
  body: z.strictObject({ ...settings, ...notice }).meta({ examples: [{ slowModeSeconds: 10, links: 'refuse' }] }),
  command: (given) => ({ changeSettings: { settings: settingsJson(only(given, Object.keys(settings))), notice: noticeOf(given) } }),
});

const terms = z.array(textOf(textLimits.term, 1)).max(countLimits.termsAtOnce).default([]);

export const changeTerms = roomOperation({
  ...common,
  id: 'changeTerms',
  method: 'POST',
  path: '/v1/rooms/:room/terms',
  summary: 'Change the blocked terms of a room',
  description: 'A term matches whole words, whatever their case, width and look-alikes; with a `*` at its end, any word that begins so.',
  params: inRoom,
  body: z
    .strictObject({ add: terms, remove: terms, clear: z.boolean().default(false), ...notice })
    .meta({ examples: [{ add: ['spam', 'casino*'] }] }),
  command: (given) => ({ changeTerms: { ...only(given, ['add', 'remove', 'clear']), notice: noticeOf(given) } }),
});

export const listTerms = roomOperation({
  id: 'listTerms',
  method: 'GET',
  path: '/v1/rooms/:room/terms',
  tag: 'rooms',
  scope: 'rooms:read',
  summary: 'List the blocked terms of a room',
  params: inRoom,
  answer: z.object({ terms: z.array(z.string()) }).meta({ id: 'Terms' }),
  command: () => ({ listTerms: {} }),
  view: (result) => ({ terms: expectCase(result, 'termPage').value.terms }),
});

export const muteRoom = roomOperation({
  ...common,
  id: 'muteRoom',
  method: 'PUT',
  path: '/v1/rooms/:room/mute',
  summary: 'Mute a room',
  description: 'Only the creator and administrators send.',
  params: inRoom,
  body: z.strictObject(notice),
  command: (given) => ({ muteRoom: { notice: noticeOf(given) } }),
});

export const unmuteRoom = roomOperation({
  ...common,
  id: 'unmuteRoom',
  method: 'DELETE',
  path: '/v1/rooms/:room/mute',
  summary: 'Unmute a room',
  params: inRoom,
  query: noticeQuery,
  command: (given) => ({ unmuteRoom: { notice: noticeOf(given) } }),
});

const ofTag = z.strictObject({ room, tag });

export const muteTag = roomOperation({
  ...common,
  id: 'muteTag',
  method: 'PUT',
  path: '/v1/rooms/:room/tags/:tag/mute',
  summary: 'Mute everybody with a tag',
  params: ofTag,
  body: z.strictObject({ seconds: month(0).default(0).describe('0: until it is lifted.'), audience: audience.default(''), ...notice }),
  command: (given) => ({ muteTag: { ...only(given, ['tag', 'seconds', 'audience']), notice: noticeOf(given) } }),
});

export const unmuteTag = roomOperation({
  ...common,
  id: 'unmuteTag',
  method: 'DELETE',
  path: '/v1/rooms/:room/tags/:tag/mute',
  summary: 'Unmute a tag',
  params: ofTag,
  query: noticeQuery.extend({ audience: audience.default('') }),
  command: (given) => ({ unmuteTag: { ...only(given, ['tag', 'audience']), notice: noticeOf(given) } }),
});

const ofDevice = z.strictObject({ room, device: textOf(textLimits.deviceId, 1) });

export const blockDevice = roomOperation({
  ...common,
  id: 'blockDevice',
  method: 'PUT',
  path: '/v1/rooms/:room/devices/:device/block',
  summary: 'Refuse entry to a device',
  description: 'For anonymous guests, who have no account that could be blocked. Who is present with it is removed.',
  params: ofDevice,
  body: z.strictObject({ seconds: month(1), operator: notice.operator }),
  command: ({ device, seconds }) => ({ blockDevice: { deviceId: device, seconds } }),
});

export const unblockDevice = roomOperation({
  ...common,
  id: 'unblockDevice',
  method: 'DELETE',
  path: '/v1/rooms/:room/devices/:device/block',
  summary: 'Let a device in again',
  params: ofDevice,
  query: z.strictObject({ operator: notice.operator }),
  command: ({ device }) => ({ unblockDevice: { deviceId: device } }),
});
