import { RoomSettings, type Gate } from '@plaza/proto/client';
import { checkNames, checkRange, checkTexts, countLimits, textLimits } from '../limits.js';
import { answer, done, noticeRule, placed, refusal, unchanged } from '../outcome.js';
import { pick } from '../pick.js';
import { refuse, type Refusal } from '../refusal.js';
import type { CommandValue, RoomState, Settings } from '../types.js';
import type { Handler } from './handler.js';
import { mayChangeRoom } from './targets.js';

type Name = Exclude<keyof Settings, 'gates'>;

/** What each setting may be, ends included. */
export const settingRanges: Readonly<Record<Name, readonly [least: number, most: number]>> = {
  slowModeSeconds: [0, 120],
  sameTextSeconds: [0, 120],
  entryAgeSeconds: [0, 86_400],
  links: [1, 3],
  terms: [2, 3],
  highPerSecond: [0, 100_000],
  normalPerSecond: [0, 1_000_000],
  lowPerSecond: [0, 1_000_000],
  devicePolicy: [1, 3],
  deviceConflict: [1, 2],
  devices: [1, 10],
  batchIntervalMs: [0, 1000],
  recallSeconds: [0, 86_400],
  historyDays: [0, 3650],
};

/** What is wrong with settings that are given; undefined: nothing. */
export function checkSettings(settings: RoomSettings | undefined): Refusal | undefined {
  for (const [name, [least, most]] of Object.entries(settingRanges)) {
    const value = settings?.[name as Name];
    const no = value === undefined ? undefined : checkRange(`settings.${name}`, value, least, most);
    if (no) return no;
  }
  return settings?.gates && checkGates(settings.gates.gates);
}

function checkGates(gates: readonly Gate[]): Refusal | undefined {
  if (gates.length > countLimits.gates) return refuse('too-many', `more than ${countLimits.gates} gates`);
  const names = checkNames(
    gates.map(({ label }) => label),
    'a gate’s label',
    textLimits.label,
  );
  return names ?? checkTexts(gates.map(({ why }) => ({ field: 'a gate’s why', text: why, most: textLimits.reason })));
}

/** The event has the settings that change, and what they were. */
export const changeSettings: Handler<'changeSettings'> = (room, { settings, notice }, context) => {
  const no = mayChangeRoom(room, context) ?? checkSettings(settings) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const value = difference(room.settings, settings);
  return value ? done(room, context, { kind: { $case: 'settingsChanged', value: { ...value, terms: undefined } }, notice }) : unchanged;
};

function difference(known: Settings, asked: RoomSettings | undefined): { changes: RoomSettings; previous: RoomSettings } | undefined {
  const names = (Object.keys(known) as (keyof Settings)[]).filter((name) => {
    const value = asked?.[name];
    return value !== undefined && JSON.stringify(value) !== JSON.stringify(known[name]);
  });
  if (names.length === 0) return undefined;
  return { changes: RoomSettings.create(pick(asked!, names)), previous: RoomSettings.create(pick(known, names)) };
}

/** The terms themselves are nobody's to read but the managers'; everybody hears how many there are. */
export const changeTerms: Handler<'changeTerms'> = (room, command, context) => {
  const no = mayChangeRoom(room, context) ?? checkTerms(room, command) ?? checkTexts([noticeRule(command.notice)]);
  if (no) return refusal(no);
  const known = new Set(command.clear ? [] : room.terms);
  const removed = command.remove.filter((term) => known.has(term));
  const added = [...new Set(command.add)].filter((term) => !known.has(term));
  const cleared = command.clear && room.terms.length > 0;
  if (removed.length + added.length === 0 && !cleared) return unchanged;
  const terms = known.size - removed.length + added.length;
  const events = placed(room, context, [
    { kind: { $case: 'termsChanged', value: { added, removed, cleared } }, notice: command.notice, audience: 'nobody' },
    { kind: { $case: 'settingsChanged', value: { changes: undefined, previous: undefined, terms } }, notice: command.notice },
  ]);
  return { events, reply: { $case: 'done', value: { position: events[1]!.event.position, secondsLeft: undefined } } };
};

function checkTerms({ terms }: RoomState, { add, remove, clear }: CommandValue<'changeTerms'>): Refusal | undefined {
  if (Math.max(add.length, remove.length) > countLimits.termsAtOnce)
    return refuse('too-many', `more than ${countLimits.termsAtOnce} terms at once`);
  const no = checkNames([...add, ...remove], 'a term', textLimits.term);
  if (no) return no;
  if (add.some((term) => /^[*\s]*$/.test(term))) return refuse('bad-request', 'a term has something before its *');
  const all = new Set([...(clear ? [] : terms), ...add]);
  for (const term of remove) if (!add.includes(term)) all.delete(term);
  return all.size > countLimits.terms ? refuse('too-many', `more than ${countLimits.terms} blocked terms`) : undefined;
}

export const listTerms: Handler<'listTerms'> = (room, _command, context) => {
  const no = mayChangeRoom(room, context);
  return no ? refusal(no) : answer({ $case: 'termPage', value: { terms: [...room.terms] } });
};
