import { countLimits, parseAccountId, parseRoomId, settingRanges, textLimits } from '@plaza/domain';
import { anonymousPrefix } from '@plaza/kit';
import {
  CloseKind,
  ContentRule,
  DeviceConflict,
  DevicePolicy,
  MessageClass,
  NoticesMode,
  OverBudget,
  QueueRights,
} from '@plaza/proto/client';
import { z } from 'zod';
import { valueOf, wordsOf } from './words.js';

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
  notices: z.enum(wordsOf(NoticesMode)).optional().describe('Enter and leave events: by the size of the room, always, never.'),
  anonymousAllowed: z.boolean().optional(),
  queueRights: z.enum(wordsOf(QueueRights)).optional().describe('Who writes into the queue.'),
};

/** Some accounts, each once. */
export const accounts = (most: number) => z.array(account).min(1).max(most);
export const tag = textOf(textLimits.tag, 1);
export const tags = z.array(tag).max(countLimits.tags);
/** Blue and (vip or "front row"). */
export const audience = textOf(128).describe('A tag expression: tags, and, or, parentheses. Empty: everybody.');
export const label = z.strictObject({
  name: textOf(textLimits.label, 1),
  level: z.int().min(0).max(0x7fff_ffff).default(0),
  saved: z.boolean().default(false),
});
export const pageToken = z.string().max(512).default('').describe('`next` of the page before; without: from the start.');
export const next = z.string().describe('Empty: this was the last page.');
export const settling = z.boolean().describe('After a takeover: who is present is not fully known yet.');
export const month = (least: number) => z.int().min(least).max(2_592_000);
export const revision = position.describe('The revision that it has to have; 0: there is none yet.');

export const delayedClose = z.strictObject({
  kind: z.enum(wordsOf(CloseKind)).describe('So long after now, or after the last member left.'),
  seconds: z.int().min(1).max(604_800),
});

const ranged = (name: keyof typeof settingRanges) => z.int().min(settingRanges[name][0]).max(settingRanges[name][1]).optional();

/** The settings of a room; what is not named stays as it is. */
export const settings = {
  slowModeSeconds: ranged('slowModeSeconds').describe('0: off.'),
  sameTextSeconds: ranged('sameTextSeconds'),
  entryAgeSeconds: ranged('entryAgeSeconds').describe('Who entered may send only after so long.'),
  links: z.enum(wordsOf(ContentRule)).optional(),
  terms: z.enum(['refuse', 'mask']).optional().describe('What becomes of a message with a blocked term.'),
  gates: z
    .array(
      z.strictObject({
        label: textOf(textLimits.label, 1),
        leastLevel: z.int().min(0).max(0x7fff_ffff).default(0),
        why: textOf(limits.reason).default(''),
      }),
    )
    .max(countLimits.gates)
    .optional()
    .describe('Only who has each of these labels, at this level or above, may send.'),
  highPerSecond: ranged('highPerSecond').describe('Messages of class high a second; 0: no budget.'),
  normalPerSecond: ranged('normalPerSecond'),
  lowPerSecond: ranged('lowPerSecond'),
  devicePolicy: z.enum(wordsOf(DevicePolicy)).optional(),
  deviceConflict: z.enum(wordsOf(DeviceConflict)).optional(),
  devices: ranged('devices').describe('Sessions of one account at a time.'),
  batchIntervalMs: ranged('batchIntervalMs').describe('The least time between two batches; 0: the cluster’s own.'),
  recallSeconds: ranged('recallSeconds').describe('How long an author may take a message back.'),
  historyDays: ranged('historyDays').describe(
    'Days for which what is said from now on stays in the history, at most those of the cluster; 0: as many as those.',
  ),
};

const media = z.strictObject({
  url: textOf(textLimits.mediaUrl, 1),
  sizeBytes: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  durationMs: z.int().min(0).max(0xffff_ffff).default(0),
  width: z.int().min(0).max(0xffff_ffff).default(0),
  height: z.int().min(0).max(0xffff_ffff).default(0),
  name: textOf(textLimits.mediaName).default(''),
  mimeType: textOf(textLimits.mimeType).default(''),
});

const contents = {
  text: textOf(limits.text, 1).optional(),
  custom: z
    .strictObject({
      subType: z.string().regex(/^[A-Za-z0-9_.-]{1,32}$/, 'expected 1-32 of A-Z a-z 0-9 _ - .'),
      content: textOf(limits.text),
    })
    .optional()
    .describe('A type of your own.'),
  image: media.optional(),
  voice: media.optional(),
  video: media.optional(),
  file: media.optional(),
  location: z
    .strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      title: textOf(textLimits.title).default(''),
      address: textOf(textLimits.address).default(''),
    })
    .optional(),
  notification: z.strictObject({ title: textOf(textLimits.title, 1), text: textOf(limits.text).default('') }).optional(),
  tip: z
    .strictObject({
      gift: textOf(textLimits.gift, 1),
      count: z.int().min(1).max(1_000_000).default(1),
      amount: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('In the smallest unit of the currency.'),
      currency: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{0,16}$/, 'expected up to 16 of A-Z a-z 0-9 _ - .')
        .default(''),
      text: textOf(limits.text).default(''),
    })
    .optional(),
};
const contentNames = Object.keys(contents) as (keyof typeof contents)[];

const messageFields = {
  as: account.optional().describe('The author, present or not; without: the platform itself.'),
  ...contents,
  ext: textOf(limits.ext).default(''),
  store: z.boolean().optional().describe('Kept in the history; default true, of a directed message false.'),
  class: z.enum(['low', 'normal', 'high']).default('normal'),
  sampling: z.int().min(0).max(9999).default(0).describe('Of 10,000 such messages so many are dropped on purpose.'),
  audience: audience.default(''),
  receivers: accounts(countLimits.receivers).optional().describe('A directed message, to these accounts only.'),
  overBudget: z.enum(wordsOf(OverBudget)).default('demote').describe('Of class high beyond the room’s budget.'),
  notAgain: z.boolean().default(false),
  platformExt: textOf(limits.ext).default(''),
  ignoreTimedMute: z.boolean().default(false),
};

const hasOneContent = (body: Partial<Record<keyof typeof contents, unknown>>): boolean =>
  contentNames.filter((name) => body[name] !== undefined).length === 1;
const oneContent = { error: `expected exactly one of ${contentNames.join(', ')}` };
const oneContentDescribed = { oneOf: contentNames.map((name) => ({ required: [name] })) };

/** A message to one room. */
export const messageBody = z
  .strictObject(messageFields)
  .refine(hasOneContent, oneContent)
  .meta({ ...oneContentDescribed, examples: [{ text: 'Hello' }] });
/** The same with the room that it is for. */
export const addressedMessage = z
  .strictObject({ room, ...messageFields })
  .refine(hasOneContent, oneContent)
  .meta(oneContentDescribed);

/** As a JSON client would write it. */
export function messageCommand(body: z.output<typeof messageBody>): { sendMessage: Record<string, unknown> } {
  const content = contentNames.find((name) => body[name] !== undefined)!;
  const value = content === 'text' ? { text: body.text } : body[content];
  const {
    store,
    class: messageClass,
    sampling,
    audience: tagged,
    receivers = [],
    overBudget,
    notAgain,
    platformExt,
    ignoreTimedMute,
  } = body;
  const options = {
    ...(store === undefined ? {} : { store }),
    ...{ class: valueOf(MessageClass, messageClass), overBudget: valueOf(OverBudget, overBudget) },
    ...{ sampling, audience: tagged, receivers, notAgain, platformExt, ignoreTimedMute },
  };
  return { sendMessage: { body: { ext: body.ext, [content]: value }, options } };
}

export interface SettingsGiven extends Readonly<Record<string, unknown>> {
  readonly links?: string | undefined;
  readonly terms?: string | undefined;
  readonly gates?: readonly unknown[] | undefined;
  readonly devicePolicy?: string | undefined;
  readonly deviceConflict?: string | undefined;
}

/** As a JSON client would write them. */
export const settingsJson = ({ links, terms, gates, devicePolicy, deviceConflict, ...rest }: SettingsGiven): Record<string, unknown> =>
  withoutUndefined({
    ...rest,
    links: links && valueOf(ContentRule, links),
    terms: terms && valueOf(ContentRule, terms),
    gates: gates && { gates },
    devicePolicy: devicePolicy && valueOf(DevicePolicy, devicePolicy),
    deviceConflict: deviceConflict && valueOf(DeviceConflict, deviceConflict),
  });

export const closeJson = ({ kind, seconds }: z.output<typeof delayedClose>) => ({ kind: valueOf(CloseKind, kind), seconds });

interface ProfileGiven extends Readonly<Record<string, unknown>> {
  readonly notices?: string | undefined;
  readonly queueRights?: string | undefined;
}

export const profileJson = ({ notices, queueRights, ...rest }: ProfileGiven): Record<string, unknown> =>
  withoutUndefined({
    ...rest,
    notices: notices && valueOf(NoticesMode, notices),
    queueRights: queueRights && valueOf(QueueRights, queueRights),
  });

export const withoutUndefined = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Only these fields of what was given. */
export const only = (given: object, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));

export const page = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

/** What a change came to. */
export const change = z
  .object({
    result: z.enum(['done', 'unchanged']),
    position: position.optional().describe('The place of its event in the room.'),
    secondsLeft: z.number().int().optional().describe('Lifting a timed mute: how long was left.'),
  })
  .meta({ id: 'Change' });
