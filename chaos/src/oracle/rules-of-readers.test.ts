import { describe, expect, test } from '@jest/globals';
import { Member, QueueChange, Role, RoomInfo, type Event, type QueueElement } from '@plaza/proto/client';
import { Record, RoomBatch } from '@plaza/proto/log';
import type { Readers, RoomAtEnd, RoomCount } from '../readings.js';
import { counters } from './counters.js';
import { history } from './history.js';
import { judge, rules } from './judge.js';
import { logChain } from './log-chain.js';
import { replay } from './replay.js';
import { restrained } from './restrained.js';
import { Tale, wrongs } from './tale.fixture.js';

type Kind = NonNullable<Event['kind']>;
const of = (target: string, kind: Kind): Partial<Event> => ({ operator: 'host', targets: [target], kind });

describe('log chain', () => {
  test('records and batches follow each other', () => {
    const tale = new Tale();
    tale.accepted('ann');
    tale.accepted('ann');
    expect(tale.judge(logChain)).toMatchObject({ checked: 4, charges: [] });
  });

  test('a record of somebody else, and a hole in a room, are wrong', () => {
    const tale = new Tale();
    tale.accepted('ann');
    tale.append({
      batches: [RoomBatch.fromPartial({ room: 'lobby', prev: 20, last: 30 })],
    });
    expect(wrongs(tale.judge(logChain))).toEqual(['the batch up to 30 follows 20, not 10', 'a batch with events up to 20 ends at 30']);
    const record = Record.create({});
    const log = [1, 2].map((sequence) => ({ shard: 0, sequence, expected: 0, record }));
    expect(wrongs(tale.judge(logChain, { log }))).toEqual(['shard 0: record 2 follows 0, not 1']);
  });
});

describe('restrained', () => {
  const restraints: [string, Kind, Kind | undefined][] = [
    ['muted', { $case: 'muted', value: {} }, { $case: 'unmuted', value: {} }],
    ['blocked', { $case: 'blocked', value: { reason: '', previousRole: 0 } }, { $case: 'unblocked', value: {} }],
    [
      'muted by a tag',
      { $case: 'tagMuted', value: { tag: 'red', seconds: 0, untilMs: 0 } },
      { $case: 'tagUnmuted', value: { tag: 'red', secondsLeft: 0 } },
    ],
    ['muted by a tag for a time', { $case: 'tagMuted', value: { tag: 'red', seconds: 5, untilMs: 6000 } }, undefined],
    [
      'muted for a time',
      { $case: 'timedMuted', value: { seconds: 5, untilMs: 6000 } },
      { $case: 'timedUnmuted', value: { secondsLeft: 1 } },
    ],
    ['kicked for a time', { $case: 'kicked', value: { reason: '', refusedUntilMs: 6000 } }, undefined],
    ['in a muted room', { $case: 'roomMuted', value: {} }, { $case: 'roomUnmuted', value: {} }],
  ];

  test.each(restraints)('who is %s says nothing', (_, begin, end) => {
    const tale = new Tale();
    tale.accepted('ann/red');
    tale.log(of('ann', begin));
    expect(wrongs(tale.judge(restrained))).toEqual([]);
    tale.accepted('ann/red');
    expect(tale.judge(restrained).charges).toMatchObject([{ account: 'ann', position: 30 }]);
    tale.accepted('host');
    if (end !== undefined) tale.log(of('ann', end));
    else tale.pass(6000);
    tale.accepted('ann/red');
    expect(tale.judge(restrained).charges).toHaveLength(1);
  });

  test('a timed mute ends by the time of the messages, and an administrator speaks in a muted room', () => {
    const tale = new Tale();
    tale.log(of('ann', { $case: 'timedMuted', value: { seconds: 1, untilMs: 2000 } }));
    tale.log(of('ann', { $case: 'roleChanged', value: { role: Role.ROLE_ADMINISTRATOR, previous: Role.ROLE_GUEST } }));
    tale.log({ operator: 'host', kind: { $case: 'roomMuted', value: {} } });
    tale.pass(1000);
    tale.accepted('ann');
    expect(tale.judge(restrained)).toMatchObject({ checked: 1, charges: [] });
  });
});

describe('history', () => {
  const told = (): { tale: Tale; events: Event[] } => {
    const tale = new Tale();
    const kept = [tale.accepted('ann'), tale.accepted('ann')];
    tale.accepted('ann', { store: false });
    const gone = tale.accepted('ann');
    kept.push(tale.log(of('ann', { $case: 'messageRecalled', value: { recalled: gone, account: 'ann', sinceMs: 0 } })));
    return { tale, events: kept.map((position) => tale.event(position)) };
  };
  const reading = (events: readonly Event[], upTo = 50): Readers => ({ history: new Map([['lobby', { events, upTo }]]) });

  test('is the log without what is not stored and what was recalled', () => {
    const { tale, events } = told();
    expect(tale.judge(history, reading(events), 50)).toMatchObject({ checked: 4, charges: [] });
    expect(tale.judge(history, reading(events.slice(0, 1), 15))).toMatchObject({ checked: 2, charges: [] });
  });

  test.each<[string, (events: Event[], tale: Tale) => readonly Event[], string]>([
    ['a row forgotten', (events) => events.slice(1), 'the history lacks message'],
    ['a row twice', (events) => [events[0]!, ...events], 'the history gives 10 behind 10'],
    ['another order', (events) => [...events].reverse(), 'behind'],
    [
      'what was recalled',
      (events, tale) => [...events.slice(0, 2), tale.event(40), ...events.slice(2)],
      'has message, which is not to be in it',
    ],
    [
      'what is not stored',
      (events, tale) => [...events.slice(0, 2), tale.event(30), ...events.slice(2)],
      'has message, which is not to be in it',
    ],
    ['another content', ([first, ...rest]) => [{ ...first!, operator: 'eve' }, ...rest], 'has another message'],
  ])('%s is wrong', (_, change, why) => {
    const { tale, events } = told();
    expect(wrongs(tale.judge(history, reading(change(events, tale))))).toContainEqual(expect.stringContaining(why));
  });

  test('a history that has not caught up, or was not read, is wrong', () => {
    const { tale, events } = told();
    expect(wrongs(tale.judge(history, reading(events, 45), 50))).toContain('its history is at 45, the last call at 50');
    expect(wrongs(tale.judge(history, { history: new Map() }))).toEqual(['its history was not read']);
  });
});

describe('counters', () => {
  const startMs = Date.UTC(2020, 0, 1);
  const count = (more: Partial<RoomCount> = {}): Readers => ({
    counters: (['top-rooms', 'series'] as const).flatMap((from) =>
      (['hour', 'day'] as const).map((period) => {
        const sound = { room: 'lobby', from, period, startMs, endMs: startMs + 3_600_000, messages: 2, entries: 3, active: 2 };
        return from === 'series' && period === 'day' ? { ...sound, ...more } : sound;
      }),
    ),
  });
  const tale = new Tale();
  tale.join('ann');
  tale.accepted('ann');
  tale.accepted('bob');
  tale.pass(startMs);
  tale.append({ batches: [RoomBatch.fromPartial({ room: 'lobby', prev: 20, last: 20, tally: { enters: 3 } })] });

  test('equal a recount', () => expect(tale.judge(counters, count())).toMatchObject({ checked: 12, charges: [] }));

  test.each([
    [{ messages: 3 }, '3 messages, the log has 2'],
    [{ entries: 6 }, '6 entries, the log has 3'],
    [{ active: 40 }, '40 active, of 2 who surely were and 2 who may have been'],
    [{ active: 0 }, '0 active, of 2 who surely were'],
  ])('%o is wrong', (more, why) => expect(wrongs(tale.judge(counters, count(more)))).toEqual([expect.stringContaining(why)]));

  test('a room that no counter has is wrong', () => {
    const { counters: all = [] } = count();
    const lacking = all.filter(({ from, period }) => from !== 'series' || period !== 'day');
    expect(wrongs(tale.judge(counters, { counters: lacking }))).toEqual(['no day of series has it']);
  });

  test('who came in is active as well, once a tally of the same holder has told it', () => {
    for (const [watchedMs, surely] of [
      [2000, 0],
      [20_000, 1],
    ] as const) {
      const entered = new Tale();
      entered.pass(startMs);
      entered.join('ann');
      for (let ms = 0; ms < watchedMs; ms += 1000) entered.pass(1000).append({ batches: [entered.batch()] });
      expect(wrongs(entered.judge(counters, count({ messages: 0, active: -5 })))).toContainEqual(
        expect.stringContaining(`-5 active, of ${surely} who surely were and 1 who may have been`),
      );
    }
  });
});

const element = (key: string, owner: string, more: Partial<QueueElement> = {}): QueueElement => ({
  key,
  value: '',
  owner,
  transient: true,
  revision: 0,
  ...more,
});
const queue = (change: QueueChange, elements: QueueElement[] = [], size = 0): Kind => ({
  $case: 'queueChanged',
  value: { change, elements, previous: [], size },
});

describe('replay', () => {
  const end = (more: Partial<RoomAtEnd> = {}): Readers => ({
    rooms: new Map([['lobby', { head: 1000, info: RoomInfo.create({}), members: [], queue: undefined, attributes: [], ...more }]]),
  });
  const started = (): Tale => {
    const tale = new Tale();
    tale.log(of('', queue(QueueChange.QUEUE_CHANGE_INIT, [], 2)));
    tale.log(of('', queue(QueueChange.QUEUE_CHANGE_OFFER, [element('a', 'ann', { revision: 20 })])));
    tale.log(of('', queue(QueueChange.QUEUE_CHANGE_OFFER, [element('b', 'bob', { revision: 30 })])));
    return tale;
  };
  const [a, b] = [element('a', 'ann', { revision: 20 }), element('b', 'bob', { revision: 30 })];

  test('queue, roles, mutes and attributes are as they follow from the log', () => {
    const tale = started();
    tale.log(of('ann', { $case: 'muted', value: {} }));
    tale.log(of('bob', { $case: 'roleChanged', value: { role: Role.ROLE_REGULAR, previous: Role.ROLE_GUEST } }));
    const members = [Member.create({ account: 'ann', muted: true }), Member.create({ account: 'bob', role: Role.ROLE_REGULAR })];
    expect(wrongs(tale.judge(replay, end({ members, queue: [a, b] })))).toEqual([]);
    expect(wrongs(tale.judge(replay, end({ members: [members[1]!], queue: [a, b] })))).toEqual([
      expect.stringContaining('ann: role, muted'),
    ]);
    expect(wrongs(tale.judge(replay, end({ members, queue: [b, a] })))).toEqual([expect.stringContaining('queue is b')]);
    expect(wrongs(tale.judge(replay, end({ members, queue: [a] })))).toEqual([expect.stringContaining('queue is a')]);
    expect(wrongs(tale.judge(replay, end({ members, queue: [a, b], info: RoomInfo.create({ roomMuted: true }) })))).toEqual([
      expect.stringContaining('roomMuted'),
    ]);
  });

  test.each<[string, Kind, string]>([
    ['polls what is not there', queue(QueueChange.QUEUE_CHANGE_POLL, [element('c', 'cat')]), 'took c, which was not in the queue'],
    [
      'updates what is not there',
      queue(QueueChange.QUEUE_CHANGE_UPDATE, [element('c', 'cat', { revision: 40 })]),
      'updated c, which was not in the queue',
    ],
    ['overfills the queue', queue(QueueChange.QUEUE_CHANGE_OFFER, [element('c', 'cat', { revision: 40 })]), '3 elements in a queue of 2'],
    ['unmutes who is not muted', { $case: 'unmuted', value: {} }, 'was false already'],
    ['takes half of what goes with its owner', queue(QueueChange.QUEUE_CHANGE_OWNER_LEFT, []), 'ann left:  went, a were theirs'],
    [
      'changes a role that was another',
      { $case: 'roleChanged', value: { role: Role.ROLE_GUEST, previous: Role.ROLE_REGULAR } },
      'had role 2, not 3',
    ],
  ])('an event that %s is wrong', (_, kind, why) => {
    const tale = started();
    tale.log(of('ann', kind));
    expect(wrongs(tale.judge(replay, end({ head: 30, queue: [a, b] })))).toEqual([expect.stringContaining(why)]);
  });

  test('conditions of a command held where it happened', () => {
    const tale = started();
    const poll = tale.ask('ann', { $case: 'pollQueue', value: { key: '', ifRevision: undefined, notice: undefined } });
    tale.log({ operator: 'ann', kind: queue(QueueChange.QUEUE_CHANGE_POLL, [b]) }, { commandId: tale.commandId('ann', poll) });
    const offer = { key: 'a', value: '', owner: '', transient: true, ifRevision: 10 };
    const write = tale.ask('ann', { $case: 'offerQueue', value: { elements: [offer], mode: 0, notice: undefined } });
    tale.log(
      { operator: 'ann', kind: queue(QueueChange.QUEUE_CHANGE_OFFER, [element('a', 'ann', { revision: 50 })]) },
      { commandId: tale.commandId('ann', write) },
    );
    expect(wrongs(tale.judge(replay, end({ queue: [element('a', 'ann', { revision: 50 })] })))).toEqual([
      'queueChanged: took b, due was a',
      'queueChanged: a: asked for revision 10, it was 20',
    ]);
  });
});

test('the verdict says what was not judged', () => {
  const { rules: counts, violations } = judge(
    {
      ...{ seed: 1, originMs: 0, startedAt: 0, quietAt: 0, stoppedAt: 0, graceMs: 0, absenceSlackMs: 0, edgeGraceMs: 0, settlingMs: 0 },
      ...{ rooms: [], lastCalls: [], clients: [], platform: [] },
    },
    {},
  );
  expect(violations).toEqual([]);
  expect(counts.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
  expect(counts.every(({ checked }) => checked === 0)).toBe(true);
  expect(counts.find(({ rule }) => rule === 'history-equals-log')?.missing).toBe('log,history');
});
