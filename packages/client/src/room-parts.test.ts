import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ClientFrame } from '@plaza/proto/client';
import { FakeClock } from '@plaza/testkit';
import { CloseKind, MemberList, MessageClass, OfferMode, PlazaClient, Role, type Room } from './index.js';
import { friendly, ScriptedSocket, type Result } from './scripted-socket.fixture.js';

type Case = NonNullable<ClientFrame['body']>['$case'];

let socket: ScriptedSocket;
let room: Room;
let answer: (frame: ClientFrame) => Result | undefined;

beforeEach(async () => {
  const clock = new FakeClock();
  answer = friendly;
  const client = new PlazaClient({
    url: 'ws://edge/v1/connect',
    timers: clock,
    webSocket: function (url: string, name: string) {
      return (socket = new ScriptedSocket(url, name, (frame) => answer(frame)));
    } as never,
  });
  const entering = client.join('lobby');
  await clock.pass(0);
  socket.open();
  room = await entering;
});

/** What is asked, and the least of what its frame says. */
const commands: [Case, (room: Room) => Promise<unknown>, object][] = [
  ['muteMember', ({ moderation }) => moderation.mute('bob'), { account: 'bob', notice: { notify: undefined, ext: '' } }],
  ['unmuteMember', ({ moderation }) => moderation.unmute('bob', { notify: false }), { account: 'bob', notice: { notify: false } }],
  ['timedMuteMember', ({ moderation }) => moderation.timedMute('bob', 60, { notifyExt: 'x' }), { seconds: 60, notice: { ext: 'x' } }],
  ['timedUnmuteMember', ({ moderation }) => moderation.timedUnmute('bob'), { account: 'bob' }],
  [
    'kickMember',
    ({ moderation }) => moderation.kick('bob', { reason: 'spam', refuseSeconds: 9, notifyExt: 'x' }),
    { account: 'bob', reason: 'spam', refuseSeconds: 9, notice: { ext: 'x' } },
  ],
  ['blockMember', ({ moderation }) => moderation.block('bob', 'spam'), { account: 'bob', reason: 'spam' }],
  ['unblockMember', ({ moderation }) => moderation.unblock('bob'), { account: 'bob' }],
  ['setRole', ({ moderation }) => moderation.setRole('bob', Role.ROLE_REGULAR), { account: 'bob', role: Role.ROLE_REGULAR }],
  ['muteRoom', ({ moderation }) => moderation.muteRoom(), {}],
  ['unmuteRoom', ({ moderation }) => moderation.unmuteRoom(), {}],
  ['muteTag', ({ moderation }) => moderation.muteTag('red', 5, { audience: 'blue' }), { tag: 'red', seconds: 5, audience: 'blue' }],
  ['muteTag', ({ moderation }) => moderation.muteTag('red'), { tag: 'red', seconds: 0, audience: '' }],
  ['unmuteTag', ({ moderation }) => moderation.unmuteTag('red'), { tag: 'red' }],
  ['blockDevice', ({ moderation }) => moderation.blockDevice('d1', 60), { deviceId: 'd1', seconds: 60 }],
  ['unblockDevice', ({ moderation }) => moderation.unblockDevice('d1'), { deviceId: 'd1' }],
  ['recallMessage', ({ messages }) => messages.recall({ messageId: '7' }), { messageId: '7', account: '', silent: false }],
  ['recallMessage', ({ messages }) => messages.recall({ account: 'bob', commandId: 'c' }), { account: 'bob', sentCommandId: 'c' }],
  ['recallMessage', ({ messages }) => messages.recall({ account: 'bob', timeMs: 5 }), { account: 'bob', sentMs: 5 }],
  ['recallMessages', ({ messages }) => messages.recallAll('bob', 5), { account: 'bob', sinceMs: 5 }],
  ['pinMessage', ({ messages }) => messages.pin('7'), { messageId: '7' }],
  ['unpinMessage', ({ messages }) => messages.unpin(), {}],
  ['react', ({ messages }) => messages.react('heart', 3), { kind: 'heart', count: 3 }],
  ['updateMember', ({ members }) => members.updateSelf({ nickname: 'B', save: true }), { account: '', nickname: 'B', save: true }],
  ['updateMember', ({ members }) => members.update('bob', { labels: [], level: 0 }), { account: 'bob', level: 0, labels: { labels: [] } }],
  ['setAttributes', ({ attributes }) => attributes.set([{ key: 'k', value: 'v', ifRevision: 0 }]), { attributes: [{ ifRevision: 0 }] }],
  [
    'removeAttributes',
    ({ attributes }) => attributes.remove(['a', { key: 'b', ifRevision: 4 }]),
    { attributes: [{ key: 'a' }, { key: 'b' }] },
  ],
  ['updateRoom', ({ admin }) => admin.update({ name: 'n' }), { changes: { name: 'n', ext: undefined } }],
  ['changeSettings', ({ admin }) => admin.changeSettings({ slowModeSeconds: 0 }), { settings: { slowModeSeconds: 0 } }],
  ['changeTerms', ({ admin }) => admin.changeTerms({ add: ['x'] }), { add: ['x'], remove: [], clear: false }],
  ['openRoom', ({ admin }) => admin.open({ close: { kind: CloseKind.CLOSE_KIND_AFTER, seconds: 9 } }), { close: { seconds: 9 } }],
  ['closeRoom', ({ admin }) => admin.close('late'), { reason: 'late' }],
  ['scheduleClose', ({ admin }) => admin.scheduleClose({ kind: CloseKind.CLOSE_KIND_AFTER_EMPTY, seconds: 1 }), { close: { seconds: 1 } }],
  ['cancelClose', ({ admin }) => admin.cancelClose(), {}],
  ['initQueue', ({ queue }) => queue.init(0), { size: 0 }],
  ['initQueue', ({ queue }) => queue.init(), { size: undefined }],
  ['dropQueue', ({ queue }) => queue.drop(), {}],
  ['deleteQueue', ({ queue }) => queue.delete(), {}],
];

describe('commands of a room', () => {
  test.each(commands)('%s', async (name, ask, expected) => {
    await ask(room);
    const sent = socket.frames.at(-1)!;
    expect(sent).toMatchObject({ room: 'lobby', commandId: expect.stringMatching(/^[0-9a-f]{24}$/) });
    expect(sent.body).toMatchObject({ $case: name, value: expected });
  });

  test('one that changes nothing says so', async () => {
    answer = () => ({ $case: 'unchanged', value: {} });
    expect(await room.moderation.mute('bob')).toEqual({ position: undefined });
    expect(await room.queue.offer([{ key: 'a' }])).toEqual([]);
    expect(await room.bots.clear()).toBe(0);
  });

  test('lifting a timed mute tells how long was left', async () => {
    answer = () => ({ $case: 'done', value: { position: 7, secondsLeft: 5 } });
    expect(await room.moderation.timedUnmute('bob')).toEqual({ position: 7, secondsLeft: 5 });
  });

  test('an answer that does not fit is an error, not a hang', async () => {
    answer = () => ({ $case: 'pong', value: { timeMs: 1 } });
    await expect(room.moderation.mute('bob')).rejects.toThrow('muteMember was answered by pong');
    await expect(room.send('x')).rejects.toThrow('sendMessage was answered by pong');
  });
});

const element = { key: 'a', value: '', owner: 'ann', transient: false, revision: 3 };
const reads: [Case, (room: Room) => Promise<unknown>, Result, object, unknown][] = [
  [
    'listMembers',
    ({ members }) => members.list({ list: MemberList.MEMBER_LIST_MUTED, limit: 5 }),
    { $case: 'memberPage', value: { members: [], next: 'n', settling: false } },
    { list: MemberList.MEMBER_LIST_MUTED, limit: 5 },
    { members: [], next: 'n', settling: false },
  ],
  [
    'getMembers',
    ({ members }) => members.get(['bob']),
    { $case: 'membersFound', value: { members: [], absent: ['bob'], settling: true } },
    { accounts: ['bob'] },
    { members: [], absent: ['bob'], settling: true },
  ],
  [
    'countMembers',
    ({ members }) => members.count(['red']),
    { $case: 'memberCounts', value: { accounts: 2, connections: 3, bots: 0, tags: [], deviceKinds: [], settling: false } },
    { tags: ['red'] },
    { accounts: 2, connections: 3, bots: 0, tags: [], deviceKinds: [], settling: false },
  ],
  [
    'listSessions',
    ({ members }) => members.sessions('red', { limit: 2 }),
    { $case: 'sessionPage', value: { sessions: [], next: '', settling: false } },
    { tag: 'red', limit: 2 },
    { sessions: [], next: '', settling: false },
  ],
  ['listTerms', ({ admin }) => admin.terms(), { $case: 'termPage', value: { terms: ['x'] } }, {}, ['x']],
  [
    'listAttributes',
    ({ attributes }) => attributes.list(['k']),
    { $case: 'attributePage', value: { attributes: [] } },
    { keys: ['k'] },
    [],
  ],
  [
    'listQueue',
    ({ queue }) => queue.list({ limit: 1 }),
    { $case: 'queuePage', value: { elements: [element], next: '', size: 9, count: 1, absent: [] } },
    { limit: 1 },
    { elements: [element], next: '', size: 9, count: 1, absent: [] },
  ],
  [
    'peekQueue',
    ({ queue }) => queue.peek(),
    { $case: 'queuePage', value: { elements: [], next: '', size: 9, count: 0, absent: [] } },
    {},
    undefined,
  ],
  [
    'getQueueElements',
    ({ queue }) => queue.get(['a', 'b']),
    { $case: 'queuePage', value: { elements: [element], next: '', size: 9, count: 1, absent: ['b'] } },
    { keys: ['a', 'b'] },
    { elements: [element], next: '', size: 9, count: 1, absent: ['b'] },
  ],
  [
    'readHistory',
    ({ messages }) => messages.history({ beforeMs: 5, types: ['text'], sender: 'bob', audienceTag: 'red' }),
    { $case: 'historyPage', value: { events: [], upTo: 9, more: true, nextBound: 7 } },
    { before: undefined, beforeMs: 5, types: ['text'], sender: 'bob', audienceTag: 'red' },
    { events: [], upTo: 9, more: true, nextBound: 7 },
  ],
];

describe('reads of a room', () => {
  test.each(reads)('%s', async (name, ask, result, expected, answered) => {
    answer = () => result;
    expect(await ask(room)).toEqual(answered);
    const sent = socket.frames.at(-1)!;
    expect(sent.commandId).toBe('');
    expect(sent.body).toMatchObject({ $case: name, value: expected });
  });
});

describe('the queue', () => {
  const result = { key: 'a', code: '', why: '', element };
  beforeEach(() => {
    answer = () => ({ $case: 'queueResults', value: { position: 8, results: [result] } });
  });

  test('offer and update answer a result an element', async () => {
    const offered = await room.queue.offer([{ key: 'a', transient: true, ifRevision: 0 }], { mode: OfferMode.OFFER_MODE_INSERT_ONLY });
    expect(offered).toEqual([result]);
    const sent = { mode: OfferMode.OFFER_MODE_INSERT_ONLY, elements: [{ key: 'a', value: '', transient: true, ifRevision: 0 }] };
    expect(socket.frames.at(-1)!.body).toMatchObject({ $case: 'offerQueue', value: sent });
    expect(await room.queue.update([{ key: 'a', value: 'v' }])).toEqual([result]);
  });

  test('poll gives what it took', async () => expect(await room.queue.poll('', { ifRevision: 3 })).toEqual(element));
});

describe('bots', () => {
  test('each of several has its own outcome', async () => {
    const value = { position: 8, succeeded: ['b1'], failed: [], there: ['b2'], count: 0 };
    answer = () => ({ $case: 'botResults', value });
    expect(await room.bots.add([{ account: 'b1' }, { account: 'b2', nickname: 'B' }], { announce: true })).toEqual(value);
    expect(socket.frames.at(-1)!.body).toMatchObject({ value: { announce: true, seconds: 0, bots: [{}, { nickname: 'B' }] } });
    expect(await room.bots.remove(['b1'])).toEqual(value);
  });
});

describe('messages', () => {
  test.each([
    ['a text', 'hi', { ext: '', content: { $case: 'text', value: { text: 'hi' } } }],
    [
      'a kind by its name',
      { image: { url: 'https://x/y' }, ext: 'e' },
      { ext: 'e', content: { $case: 'image', value: { url: 'https://x/y' } } },
    ],
    ['a tip', { tip: { gift: 'rose', count: 2, amount: 5 } }, { content: { $case: 'tip', value: { gift: 'rose', count: 2, amount: 5 } } }],
    ['a place', { location: { latitude: -1.5, longitude: 2 } }, { content: { $case: 'location', value: { latitude: -1.5 } } }],
    ['a body', { ext: '', content: { $case: 'text' as const, value: { text: 'b' } } }, { content: { value: { text: 'b' } } }],
  ])('%s is sent as it was given', async (_, given, body) => {
    await room.send(given);
    expect(socket.frames.at(-1)!.body).toMatchObject({ value: { body } });
  });

  test('options go along, and a command id of the sender is kept', async () => {
    const options = { store: false, class: MessageClass.MESSAGE_CLASS_HIGH, sampling: 7, audience: 'red', notAgain: true };
    await room.send('x', { ...options, commandId: 'mine' });
    expect(socket.frames.at(-1)).toMatchObject({ commandId: 'mine', body: { value: { options } } });
  });

  test.each(['share', 'budget'])('one dropped by %s is told to its sender', async (by) => {
    answer = () => ({ $case: 'sampled', value: { by } });
    expect(await room.send('x')).toEqual({ outcome: 'sampled', by });
  });

  test('a private one tells how many sessions got it and who is away', async () => {
    answer = () => ({ $case: 'delivered', value: { sessions: 1, absent: ['bob'] } });
    expect(await room.messages.sendPrivate('bob', 'psst')).toEqual({ sessions: 1, absent: ['bob'] });
    expect(socket.frames.at(-1)!.body).toMatchObject({ value: { options: { receivers: ['bob'] } } });
    await expect(room.messages.sendTo([], 'x')).rejects.toThrow(TypeError);
  });
});
