import { describe, expect, test } from '@jest/globals';
import { Role } from '@plaza/proto/client';
import { decide } from './decide.js';
import { countLimits, textLimits } from './limits.js';
import { accountsRoom } from './ids.js';
import { newRoom } from './room-state.js';
import { account, act, api, command, contextOf, everybody, json, lobby, people, session } from './rooms.arbitrary.js';
import { commandLimitsOfSettings } from './limits.fixture.js';
import type { Actor, Command, CreatedRoom } from './types.js';

const wide = (points: number): string => '🎈'.repeat(points);
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const body = (content: Record<string, unknown>, options: Record<string, unknown> = {}) => json({ sendMessage: { body: content, options } });
const media = (more: Record<string, unknown>) => ({ image: { url: 'https://x.example/a', ...more } });
const queued = (size = 100, elements = 0): CreatedRoom => {
  const room = lobby();
  act(room, json({ initQueue: { size } }), contextOf(api()));
  for (let i = 0; i < elements; i++) act(room, json({ offerQueue: { elements: [{ key: `k${i}` }] } }), contextOf(api()));
  return room;
};
const withAttributes = (count: number): CreatedRoom => {
  const room = lobby();
  act(room, json({ setAttributes: { attributes: many(count, (i) => ({ key: `k${i}`, value: '' })) } }), contextOf(api()));
  return room;
};
const withTerms = (count: number): CreatedRoom => ({ ...lobby(), terms: many(count, (i) => `term${i}`) });
const full = (count: number): CreatedRoom => {
  const room = lobby();
  for (let i = room.members.size - 1; i < count; i++) act(room, command.setRole(`m${i}`, Role.ROLE_REGULAR), contextOf(api()));
  return room;
};
const join = (more: Record<string, unknown>) => json({ join: more });
const byApi = api();
const gus = session(people.guest);
const newcomer = session('newcomer');

type Row = [what: string, room: () => CreatedRoom, actor: Actor, atLimit: Command, past: Command, code: string, says: string];

const texts: Row[] = [
  ['text', lobby, gus, command.say(wide(4096)), command.say(wide(4097)), 'too-large', '4096'],
  ['custom content', lobby, gus, command.custom('t', wide(4096)), command.custom('t', wide(4097)), 'too-large', '4096'],
  ['sub_type', lobby, gus, command.custom('t'.repeat(32), ''), command.custom('t'.repeat(33), ''), 'bad-request', '1-32'],
  ['ext of a message', lobby, gus, command.say('x', { ext: wide(4096) }), command.say('x', { ext: wide(4097) }), 'too-large', '4096'],
  ['name of a medium', lobby, gus, body(media({ name: wide(128) })), body(media({ name: wide(129) })), 'too-large', '128'],
  [
    'url of a medium',
    lobby,
    gus,
    body(media({ url: `https://x/${'a'.repeat(1014)}` })),
    body(media({ url: `https://x/${'a'.repeat(1015)}` })),
    'too-large',
    '1024',
  ],
  [
    'title of a location',
    lobby,
    gus,
    body({ location: { title: wide(128) } }),
    body({ location: { title: wide(129) } }),
    'too-large',
    '128',
  ],
  [
    'address of a location',
    lobby,
    gus,
    body({ location: { address: wide(1024) } }),
    body({ location: { address: wide(1025) } }),
    'too-large',
    '1024',
  ],
  ['latitude', lobby, gus, body({ location: { latitude: -90 } }), body({ location: { latitude: -90.1 } }), 'bad-request', '-90 to 90'],
  ['longitude', lobby, gus, body({ location: { longitude: 180 } }), body({ location: { longitude: 180.1 } }), 'bad-request', '-180 to 180'],
  [
    'title of a notification',
    lobby,
    gus,
    body({ notification: { title: wide(128) } }),
    body({ notification: { title: wide(129) } }),
    'too-large',
    '128',
  ],
  ['gift', lobby, gus, body({ tip: { gift: wide(64), count: 1 } }), body({ tip: { gift: wide(65), count: 1 } }), 'too-large', '64'],
  [
    'count of a tip',
    lobby,
    gus,
    body({ tip: { gift: 'x', count: 1_000_000 } }),
    body({ tip: { gift: 'x', count: 1_000_001 } }),
    'bad-request',
    '1000000',
  ],
  ['no tips', lobby, gus, body({ tip: { gift: 'x', count: 1 } }), body({ tip: { gift: 'x', count: 0 } }), 'bad-request', 'count is 1'],
  ['sampling', lobby, byApi, command.say('x'), body({ text: { text: 'x' } }, { sampling: 10_000 }), 'bad-request', '9999'],
  [
    'audience',
    lobby,
    gus,
    body({ text: { text: 'x' } }, { audience: 'a'.repeat(128) }),
    body({ text: { text: 'x' } }, { audience: 'a'.repeat(129) }),
    'too-large',
    '128',
  ],
  [
    'receivers',
    lobby,
    gus,
    body({ text: { text: 'x' } }, { receivers: many(100, (i) => `r${i}`) }),
    body({ text: { text: 'x' } }, { receivers: many(101, (i) => `r${i}`) }),
    'too-many',
    '100',
  ],
  [
    'platform ext',
    lobby,
    byApi,
    body({ text: { text: 'x' } }, { platformExt: wide(4096) }),
    body({ text: { text: 'x' } }, { platformExt: wide(4097) }),
    'too-large',
    '4096',
  ],
  ['kind of a reaction', lobby, gus, json({ react: { kind: wide(32) } }), json({ react: { kind: wide(33) } }), 'too-large', '32'],
  [
    'count of a reaction',
    lobby,
    gus,
    json({ react: { kind: 'x', count: 100 } }),
    json({ react: { kind: 'x', count: 101 } }),
    'bad-request',
    '100',
  ],
  [
    'reason of a kick',
    lobby,
    byApi,
    json({ kickMember: { account: 'gus', reason: wide(256) } }),
    json({ kickMember: { account: 'gus', reason: wide(257) } }),
    'too-large',
    '256',
  ],
  [
    'refusal after a kick',
    lobby,
    byApi,
    json({ kickMember: { account: 'gus', refuseSeconds: 2_592_000 } }),
    json({ kickMember: { account: 'gus', refuseSeconds: 2_592_001 } }),
    'bad-request',
    '2592000',
  ],
  [
    'reason of a block',
    lobby,
    byApi,
    json({ blockMember: { account: 'gus', reason: wide(256) } }),
    json({ blockMember: { account: 'gus', reason: wide(257) } }),
    'too-large',
    '256',
  ],
  ['timed mute, longest', lobby, byApi, command.timedMute('gus', 2_592_000), command.timedMute('gus', 2_592_001), 'bad-request', '2592000'],
  ['timed mute, shortest', lobby, byApi, command.timedMute('gus', 1), command.timedMute('gus', 0), 'bad-request', '1 to'],
  [
    'timed tag mute',
    lobby,
    byApi,
    json({ muteTag: { tag: 'x', seconds: 2_592_000 } }),
    json({ muteTag: { tag: 'x', seconds: 2_592_001 } }),
    'bad-request',
    '2592000',
  ],
  ['tag', lobby, byApi, json({ muteTag: { tag: wide(32) } }), json({ muteTag: { tag: wide(33) } }), 'too-large', '32'],
  [
    'block of a device',
    lobby,
    byApi,
    json({ blockDevice: { deviceId: 'd', seconds: 2_592_000 } }),
    json({ blockDevice: { deviceId: 'd', seconds: 2_592_001 } }),
    'bad-request',
    '2592000',
  ],
  [
    'device id',
    lobby,
    byApi,
    json({ blockDevice: { deviceId: wide(64), seconds: 1 } }),
    json({ blockDevice: { deviceId: wide(65), seconds: 1 } }),
    'too-large',
    '64',
  ],
  [
    'ext of a notice',
    lobby,
    byApi,
    json({ muteRoom: { notice: { ext: wide(2048) } } }),
    json({ muteRoom: { notice: { ext: wide(2049) } } }),
    'too-large',
    '2048',
  ],
  ['nickname at entry', lobby, newcomer, join({ nickname: wide(64) }), join({ nickname: wide(65) }), 'too-large', '64'],
  ['avatar at entry', lobby, newcomer, join({ avatar: wide(1024) }), join({ avatar: wide(1025) }), 'too-large', '1024'],
  ['ext at entry', lobby, newcomer, join({ ext: wide(4096) }), join({ ext: wide(4097) }), 'too-large', '4096'],
  ['tags at entry', lobby, newcomer, join({ tags: many(10, (i) => `t${i}`) }), join({ tags: many(11, (i) => `t${i}`) }), 'too-many', '10'],
  ['a tag at entry', lobby, newcomer, join({ tags: [wide(32)] }), join({ tags: [wide(33)] }), 'too-large', '32'],
  [
    'nickname',
    lobby,
    gus,
    json({ updateMember: { nickname: wide(64) } }),
    json({ updateMember: { nickname: wide(65) } }),
    'too-large',
    '64',
  ],
  [
    'labels',
    lobby,
    byApi,
    json({ updateMember: { account: 'gus', labels: { labels: many(20, (i) => ({ name: `l${i}` })) } } }),
    json({ updateMember: { account: 'gus', labels: { labels: many(21, (i) => ({ name: `l${i}` })) } } }),
    'too-many',
    '20',
  ],
  [
    'name of a label',
    lobby,
    byApi,
    json({ updateMember: { account: 'gus', labels: { labels: [{ name: wide(32) }] } } }),
    json({ updateMember: { account: 'gus', labels: { labels: [{ name: wide(33) }] } } }),
    'too-large',
    '32',
  ],
  [
    'level',
    lobby,
    byApi,
    json({ updateMember: { account: 'gus', level: 0x7fffffff } }),
    json({ updateMember: { account: 'gus', level: 0x80000000 } }),
    'bad-request',
    '2147483647',
  ],
  ['name of a room', lobby, byApi, command.update({ name: wide(128) }), command.update({ name: wide(129) }), 'too-large', '128'],
  [
    'announcement',
    lobby,
    byApi,
    command.update({ announcement: wide(4096) }),
    command.update({ announcement: wide(4097) }),
    'too-large',
    '4096',
  ],
  [
    'broadcast url',
    lobby,
    byApi,
    command.update({ broadcastUrl: wide(1024) }),
    command.update({ broadcastUrl: wide(1025) }),
    'too-large',
    '1024',
  ],
  ['ext of a room', lobby, byApi, command.update({ ext: wide(4096) }), command.update({ ext: wide(4097) }), 'too-large', '4096'],
  [
    'delayed close, longest',
    lobby,
    byApi,
    json({ scheduleClose: { close: { kind: 1, seconds: 604_800 } } }),
    json({ scheduleClose: { close: { kind: 1, seconds: 604_801 } } }),
    'bad-request',
    '604800',
  ],
  [
    'delayed close, shortest',
    lobby,
    byApi,
    json({ scheduleClose: { close: { kind: 2, seconds: 1 } } }),
    json({ scheduleClose: { close: { kind: 2, seconds: 0 } } }),
    'bad-request',
    '1 to',
  ],
  ['permanent members', () => full(999), byApi, command.setRole('last', Role.ROLE_REGULAR), command.say(''), 'bad-request', ''],
  [
    'permanent members, full',
    () => full(1000),
    byApi,
    command.setRole('m5', Role.ROLE_ADMINISTRATOR),
    command.setRole('last', Role.ROLE_REGULAR),
    'too-many-members',
    '1000',
  ],
  [
    'gates',
    lobby,
    byApi,
    json({ changeSettings: { settings: { gates: { gates: many(10, (i) => ({ label: `g${i}` })) } } } }),
    json({ changeSettings: { settings: { gates: { gates: many(11, (i) => ({ label: `g${i}` })) } } } }),
    'too-many',
    '10',
  ],
  [
    'terms at once',
    lobby,
    byApi,
    json({ changeTerms: { add: many(500, (i) => `t${i}`) } }),
    json({ changeTerms: { add: many(501, (i) => `t${i}`) } }),
    'too-many',
    '500',
  ],
  [
    'terms',
    () => withTerms(4999),
    byApi,
    json({ changeTerms: { add: ['one'] } }),
    json({ changeTerms: { add: ['one', 'two'] } }),
    'too-many',
    '5000',
  ],
  ['a term', lobby, byApi, json({ changeTerms: { add: [wide(64)] } }), json({ changeTerms: { add: [wide(65)] } }), 'too-large', '64'],
  [
    'attributes',
    () => withAttributes(99),
    byApi,
    json({ setAttributes: { attributes: [{ key: 'a', value: '' }] } }),
    json({
      setAttributes: {
        attributes: [
          { key: 'a', value: '' },
          { key: 'b', value: '' },
        ],
      },
    }),
    'too-many',
    '100',
  ],
  [
    'key of an attribute',
    lobby,
    byApi,
    json({ setAttributes: { attributes: [{ key: wide(128), value: '' }] } }),
    json({ setAttributes: { attributes: [{ key: wide(129), value: '' }] } }),
    'too-large',
    '128',
  ],
  [
    'value of an attribute',
    lobby,
    byApi,
    json({ setAttributes: { attributes: [{ key: 'k', value: wide(4096) }] } }),
    json({ setAttributes: { attributes: [{ key: 'k', value: wide(4097) }] } }),
    'too-large',
    '4096',
  ],
  [
    'bots',
    lobby,
    byApi,
    json({ addBots: { bots: many(100, (i) => ({ account: `b${i}` })) } }),
    json({ addBots: { bots: many(101, (i) => ({ account: `b${i}` })) } }),
    'bad-request',
    '100',
  ],
  [
    'life of bots',
    lobby,
    byApi,
    json({ addBots: { bots: [{ account: 'b' }], seconds: 2_592_000 } }),
    json({ addBots: { bots: [{ account: 'b' }], seconds: 2_592_001 } }),
    'bad-request',
    '2592000',
  ],
  ['size of the queue', lobby, byApi, json({ initQueue: { size: 1000 } }), json({ initQueue: { size: 1001 } }), 'bad-request', '1000'],
  [
    'elements in the queue',
    () => queued(3, 2),
    byApi,
    json({ offerQueue: { elements: [{ key: 'a' }] } }),
    command.say(''),
    'bad-request',
    '',
  ],
  [
    'elements in a full queue',
    () => queued(3, 3),
    byApi,
    json({ offerQueue: { elements: [{ key: 'k1' }] } }),
    json({ offerQueue: { elements: [{ key: 'a' }] } }),
    'queue-full',
    '3',
  ],
  [
    'a smaller queue',
    () => queued(3, 2),
    byApi,
    json({ initQueue: { size: 2 } }),
    json({ initQueue: { size: 1 } }),
    'queue-full',
    '2 elements',
  ],
  [
    'offers at once',
    () => queued(),
    byApi,
    json({ offerQueue: { elements: many(100, (i) => ({ key: `k${i}` })) } }),
    json({ offerQueue: { elements: many(101, (i) => ({ key: `k${i}` })) } }),
    'bad-request',
    '100',
  ],
  [
    'updates at once',
    () => queued(100, 1),
    byApi,
    json({ updateQueue: { elements: many(200, (i) => ({ key: `k${i}`, value: 'n' })) } }),
    json({ updateQueue: { elements: many(201, (i) => ({ key: `k${i}` })) } }),
    'bad-request',
    '200',
  ],
  [
    'key in the queue',
    () => queued(),
    byApi,
    json({ offerQueue: { elements: [{ key: wide(128) }] } }),
    json({ offerQueue: { elements: [{ key: wide(129) }] } }),
    'too-large',
    '128',
  ],
  [
    'value in the queue',
    () => queued(),
    byApi,
    json({ offerQueue: { elements: [{ key: 'k', value: wide(4096) }] } }),
    json({ offerQueue: { elements: [{ key: 'k', value: wide(4097) }] } }),
    'too-large',
    '4096',
  ],
  [
    'keys asked for',
    () => queued(),
    gus,
    json({ getQueueElements: { keys: many(100, (i) => `k${i}`) } }),
    json({ getQueueElements: { keys: many(101, (i) => `k${i}`) } }),
    'bad-request',
    '100',
  ],
  [
    'page of the queue',
    () => queued(),
    gus,
    json({ listQueue: { limit: 100 } }),
    json({ listQueue: { limit: 101 } }),
    'bad-request',
    '100',
  ],
];

describe('every limit holds at its end, and one past it is refused by its name', () => {
  test.each([...texts, ...commandLimitsOfSettings()])('%s', (_, room, actor, atLimit, past, code, says) => {
    const presence = { ...everybody, sessionsOf: (name: string) => (name === 'newcomer' ? 0 : 1), devicesOf: () => [] };
    const ask = (asked: Command) => decide(room(), asked, contextOf(actor, { presence }));
    const fine = ask(atLimit);
    expect('refusal' in fine ? fine.refusal : undefined).toBeUndefined();
    const no = ask(past);
    expect(no).toMatchObject({ refusal: { code } });
    if ('refusal' in no) expect(no.refusal.why).toContain(says);
  });

  test('restrictions of accounts: a full list takes no more', () => {
    const room = newRoom(accountsRoom);
    for (let i = 0; i < countLimits.restrictions; i++) {
      const name = account(`a${i}`);
      room.restrictions.set(name, { account: name, muted: true, disabled: false, reason: '', updatedMs: 1 });
    }
    const ask = (name: string) => decide(room, json({ restrictAccount: { account: name, muted: true, disabled: true } }), contextOf(byApi));
    expect(ask('a1')).toMatchObject({ reply: { $case: 'done' } });
    expect(ask('new')).toMatchObject({ refusal: { code: 'too-many', why: expect.stringContaining('100000') } });
  });

  test('the command id', () => {
    const ask = (length: number) => decide(lobby(), command.say('x'), contextOf(gus, { commandId: 'c'.repeat(length) }));
    expect(ask(textLimits.commandId)).toMatchObject({ reply: { $case: 'accepted' } });
    expect(ask(textLimits.commandId + 1)).toMatchObject({ refusal: { code: 'too-large' } });
  });
});

describe('text that is none', () => {
  const places: [string, (text: string) => Command, Actor][] = [
    ['a text', (text) => command.say(text), gus],
    ['a nickname', (nickname) => json({ updateMember: { nickname } }), gus],
    ['a reason', (reason) => json({ kickMember: { account: 'gus', reason } }), byApi],
    ['a tag', (tag) => json({ muteTag: { tag } }), byApi],
    ['a term', (term) => json({ changeTerms: { add: [term] } }), byApi],
    ['a key', (key) => json({ setAttributes: { attributes: [{ key, value: '' }] } }), byApi],
    ['a name', (name) => command.update({ name }), byApi],
  ];
  test.each(places)('in %s: an unpaired surrogate and a control character', (_, ask, actor) => {
    for (const text of ['a\ud800b', 'a\u0007b', 'a\u0085b']) {
      expect(decide(lobby(), ask(text), contextOf(actor))).toMatchObject({ refusal: { code: 'bad-request' } });
    }
  });
});
