import {
  apply,
  decide,
  defaultLimits,
  isCreated,
  newRoom,
  parseAccountId,
  parseRoomId,
  Recent,
  type AccountId,
  type Actor,
  type Command,
  type Context,
  type CreatedRoom,
  type PresenceView,
} from '@plaza/domain';
import { ClientFrame, Role } from '@plaza/proto/client';
import { percentile } from './machine.js';
import { keepResult } from './report.js';

/**
 * `npm run bench:decide`: what one `decide` of each family of commands costs, in microseconds, in a full room: 1,000 permanent members, 5,000 blocked terms, a queue of 900,
 * 50 attributes, 1,000 bots. Beside it the same command's protobuf, read by the generated code in the same run, and the ratio.
 */
const startMs = Date.UTC(2026, 0, 1);
const account = (name: string): AccountId => parseAccountId(name) as AccountId;
const api: Actor = { kind: 'api', operator: undefined, as: undefined };
const session = (name: string): Actor => ({
  kind: 'session',
  account: account(name),
  anonymous: false,
  nickname: name,
  avatar: '',
  ext: '',
  deviceId: '',
  deviceKind: '',
  tags: [],
  labels: [],
  roleHint: Role.ROLE_UNSPECIFIED,
  noticeAudience: '',
  enteredMs: startMs,
  disconnected: false,
});
const presence: PresenceView = {
  accounts: 10_000,
  connections: 12_000,
  settling: false,
  isPresent: () => true,
  sessionsOf: () => 1,
  devicesOf: () => [{ deviceId: 'd', deviceKind: 'web', tags: [], enteredMs: startMs }],
  profileOf: () => undefined,
  leftMs: () => 0,
};
const recent = new Recent();
const contextOf = (actor: Actor, nowMs: number): Context => ({ nowMs, actor, commandId: '', presence, recent, limits: defaultLimits });
const commandOf = (json: unknown): Command => ClientFrame.fromJSON(json).body as Command;
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

function fullRoom(): CreatedRoom {
  const room = newRoom(parseRoomId('bench') as NonNullable<ReturnType<typeof parseRoomId>>);
  let nowMs = startMs;
  const act = (json: unknown): void => {
    const decision = decide(room, commandOf(json), contextOf(api, (nowMs += 1000)));
    if ('refusal' in decision) throw new Error(`${JSON.stringify(json).slice(0, 200)}: ${decision.refusal.why}`);
    for (const { event } of decision.events) apply(room, event);
  };
  act({ createRoom: { creator: 'host' } });
  for (let i = 0; i < 1000; i++) act({ setRole: { account: `member-${i}`, role: i < 10 ? 'ROLE_ADMINISTRATOR' : 'ROLE_REGULAR' } });
  for (let i = 0; i < 50; i++) act({ changeTerms: { add: times(100, (j) => `forbidden${i}x${j}`) } });
  act({ initQueue: { size: 1000 } });
  for (let i = 0; i < 9; i++) act({ offerQueue: { elements: times(100, (j) => ({ key: `key-${i}-${j}`, value: 'v' })) } });
  act({ setAttributes: { attributes: times(50, (i) => ({ key: `a${i}`, value: 'v' })) } });
  for (let i = 0; i < 10; i++) act({ addBots: { bots: times(100, (j) => ({ account: `bot-${i}-${j}` })) } });
  if (!isCreated(room)) throw new Error('the room was not created');
  return room;
}

const text = 'What a goal! Nobody in this stadium saw that coming, and I have watched him since he was twelve.';
const families: readonly [family: string, actor: Actor, command: unknown][] = [
  ['messages: a text of 96 characters past 5,000 terms', session('guest-1'), { sendMessage: { body: { text: { text } } } }],
  [
    'messages: directed to 100',
    session('guest-1'),
    { sendMessage: { body: { text: { text } }, options: { receivers: times(100, (i) => `u${i}`) } } },
  ],
  ['reactions', session('guest-1'), { react: { kind: 'heart' } }],
  ['recall: of an account since a time', api, { recallMessages: { account: 'guest-1' } }],
  ['moderation: timed mute', session('member-1'), { timedMuteMember: { account: 'guest-2', seconds: 60 } }],
  ['room mute, tag mute', session('member-1'), { muteTag: { tag: 'vip', seconds: 60 } }],
  ['roles', session('host'), { setRole: { account: 'member-500', role: 'ROLE_GUEST' } }],
  ['presence: join', session('guest-3'), { join: {} }],
  ['room: update', session('member-1'), { updateRoom: { changes: { name: 'another' } } }],
  ['settings', session('member-1'), { changeSettings: { settings: { slowModeSeconds: 5 } } }],
  ['delayed close', session('host'), { scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER', seconds: 60 } } }],
  ['members: own profile', session('guest-1'), { updateMember: { nickname: 'new' } }],
  ['queue: offer', session('guest-1'), { offerQueue: { elements: [{ key: 'new', value: 'v' }] } }],
  ['queue: offer of 100', api, { offerQueue: { elements: times(100, (i) => ({ key: `n${i}`, value: 'v' })) } }],
  ['queue: poll', session('guest-1'), { pollQueue: {} }],
  ['queue: a page of 100', session('guest-1'), { listQueue: { limit: 100 } }],
  ['attributes', session('guest-1'), { setAttributes: { attributes: [{ key: 'mine', value: 'v' }] } }],
  ['bots: add 100', api, { addBots: { bots: times(100, (i) => ({ account: `new-${i}` })) } }],
  ['devices: block', session('member-1'), { blockDevice: { deviceId: 'd1', seconds: 60 } }],
];

/** Median of 15 runs of as many calls as 20 ms hold. */
function micros(work: () => void): number {
  const startedMs = performance.now();
  let calls = 0;
  while (performance.now() - startedMs < 100) {
    work();
    calls++;
  }
  const count = Math.max(1, Math.round(calls / 5));
  const runs = times(15, () => {
    const beginMs = performance.now();
    for (let i = 0; i < count; i++) work();
    return ((performance.now() - beginMs) * 1000) / count;
  });
  return percentile(runs, 50);
}

const room = fullRoom();
const nowMs = startMs + 86_400_000;
const rows = families.map(([family, actor, json]) => {
  const command = commandOf(json);
  const context = contextOf(actor, nowMs);
  const decision = decide(room, command, context);
  if ('refusal' in decision) throw new Error(`${family}: ${decision.refusal.code}, ${decision.refusal.why}`);
  const bytes = ClientFrame.encode(ClientFrame.fromJSON(json)).finish();
  const decideMicros = micros(() => void decide(room, command, context));
  const decodeMicros = micros(() => void ClientFrame.decode(bytes));
  const row = { family, decideMicros: Number(decideMicros.toFixed(2)), decodeMicros: Number(decodeMicros.toFixed(2)) };
  return { ...row, ratio: Number((decideMicros / decodeMicros).toFixed(1)) };
});
for (const { family, decideMicros, decodeMicros, ratio } of rows)
  process.stdout.write(
    `${family.padEnd(52)} ${decideMicros.toFixed(2).padStart(9)} us   decode ${decodeMicros.toFixed(2).padStart(7)} us   ratio ${ratio}\n`,
  );
keepResult('bench-decide', { families: rows });
