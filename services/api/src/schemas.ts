import { parseAccountId, parseRoomId } from '@plaza/domain';
import { anonymousPrefix } from '@plaza/kit';
import { z } from 'zod';

/** Limits in code points, as the rooms check them. */
export const limits = {
  name: 128,
  announcement: 4096,
  url: 1024,
  ext: 4096,
  text: 4096,
  reason: 256,
  notifyExt: 2048,
  nickname: 64,
} as const;

/** Text of at most `max` code points, which is how JSON Schema counts; JavaScript counts UTF-16 units. */
export const textOf = (max: number, min = 0) =>
  z
    .string()
    .refine((value) => value.length <= max || [...value].length <= max, {
      error: `at most ${max} characters`,
      params: { tooLarge: true },
      abort: true,
    })
    .refine((value) => value.length >= min, { error: `at least ${min} character` })
    .meta(min === 0 ? { maxLength: max } : { minLength: min, maxLength: max });

export const room = z
  .string()
  .refine((value) => parseRoomId(value) !== undefined, { error: 'expected 1-64 of A-Z a-z 0-9 _ -' })
  .meta({ pattern: '^[A-Za-z0-9_-]{1,64}$', examples: ['lobby'] });

export const account = z
  .string()
  .refine((value) => parseAccountId(value) !== undefined, { error: 'expected 1-64 of A-Z a-z 0-9 _ - . @ :' })
  .meta({ pattern: '^[A-Za-z0-9_\\-.@:]{1,64}$', examples: ['ann'] });

/** Tokens and authors: the names of anonymous guests belong to the edges. */
export const namedAccount = account.refine((value) => !value.startsWith(anonymousPrefix), {
  error: `accounts do not start with ${anonymousPrefix}`,
});

/** A place in a room as a decimal string: below 2^53, opaque. */
export const position = z
  .string()
  .refine((value) => /^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value)), {
    error: 'expected a position: a decimal integer below 2^53',
  })
  .meta({ pattern: '^[0-9]{1,16}$', examples: ['213674621952000'] });

export const inRoom = z.strictObject({ room });
export const ofMember = z.strictObject({ room, account });

/** Who acts, and what the room is told, in a body. */
export const notice = {
  notify: z.boolean().default(true).describe('Tell the members by an event.'),
  notifyExt: textOf(limits.notifyExt).default('').describe('Your own note in that event.'),
  operator: account.optional().describe('Act with the rights of this account; without: with those of the creator.'),
};

/** The same in the query of a DELETE. */
export const noticeQuery = z.strictObject({
  ...notice,
  notify: z.enum(['true', 'false']).default('true').describe('Tell the members by an event.'),
});

/** The part of a room that can be set. */
export const profile = {
  name: textOf(limits.name).optional(),
  announcement: textOf(limits.announcement).optional(),
  broadcastUrl: textOf(limits.url).optional().describe('The address of the live stream.'),
  ext: textOf(limits.ext).optional(),
  notices: z.enum(['auto', 'on', 'off']).optional().describe('Enter and leave events: by the size of the room, always, never.'),
  anonymousAllowed: z.boolean().optional(),
};

export const page = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

/** What a change came to. */
export const change = z
  .object({
    result: z.enum(['done', 'unchanged']),
    position: position.optional().describe('The place of its event in the room.'),
    secondsLeft: z.number().int().optional().describe('Lifting a timed mute: how long was left.'),
  })
  .meta({ id: 'Change' });
