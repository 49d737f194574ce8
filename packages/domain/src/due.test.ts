import { describe, expect, test } from '@jest/globals';
import { apply } from './apply.js';
import { decideDue, nextDueMs } from './due.js';
import { defaultLimits } from './limits.js';
import { act, api, command, contextOf, inShort, json, lobby, presenceOf, session, startMs } from './rooms.arbitrary.js';
import type { RoomState } from './types.js';

const at = (nowMs: number) => contextOf({ kind: 'clock' }, { nowMs });
const due = (room: RoomState, nowMs = startMs) => nextDueMs(room, nowMs, defaultLimits);
const mutedAt = (room: ReturnType<typeof lobby>, name: string, seconds: number) =>
  act(room, command.timedMute(name, seconds), contextOf(api(), { nowMs: startMs }));

describe('what falls due', () => {
  test('nothing, in a room without timed mutes', () => {
    expect(due(lobby())).toBe(0);
    expect(inShort(decideDue(lobby(), at(startMs)))).toBe('unchanged');
  });

  test('the earliest end of a timed mute', () => {
    const room = lobby();
    mutedAt(room, 'gus', 20);
    mutedAt(room, 'otto', 10);
    expect(due(room)).toBe(startMs + 10_000);
    expect(inShort(decideDue(room, at(startMs + 9_999)))).toBe('unchanged');
    expect(inShort(decideDue(room, at(startMs + 10_000)))).toBe('timedUnmuted done');
  });

  test('ends come in their order, said by the room itself', () => {
    const room = lobby();
    for (const [name, seconds] of [
      ['gus', 20],
      ['otto', 10],
      ['rita', 10],
    ] as const)
      mutedAt(room, name, seconds);
    const decision = decideDue(room, at(startMs + 60_000));
    if (!('events' in decision)) throw new Error('refused');
    expect(decision.events.map(({ event }) => event.targets[0])).toEqual(['otto', 'rita', 'gus']);
    for (const { event } of decision.events) {
      expect(event).toMatchObject({ operator: '', kind: { $case: 'timedUnmuted', value: { secondsLeft: 0 } } });
      apply(room, event);
    }
    expect(due(room)).toBe(0);
  });

  test('very many at once are ended in several decisions', () => {
    const room = lobby();
    for (let i = 0; i < 600; i++) mutedAt(room, `user-${i}`, 1);
    const counts: number[] = [];
    while (due(room) > 0) {
      const decision = decideDue(room, at(startMs + 5000));
      if (!('events' in decision)) throw new Error('refused');
      for (const { event } of decision.events) apply(room, event);
      counts.push(decision.events.length);
    }
    expect(counts).toEqual([256, 256, 88]);
  });
});

describe('what goes with an account that is away', () => {
  const seats = () => {
    const room = lobby();
    act(room, json({ initQueue: {} }), contextOf(api()));
    act(
      room,
      json({ offerQueue: { elements: [{ key: 'a', transient: true }, { key: 'b', transient: true }, { key: 'c' }] } }),
      contextOf(session('gus')),
    );
    act(
      room,
      json({
        setAttributes: {
          attributes: [
            { key: 'mood', value: 'x', withOwner: true },
            { key: 'kept', value: 'y' },
          ],
        },
      }),
      contextOf(session('gus')),
    );
    const labels = [{ name: 'dj' }, { name: 'old', saved: true }];
    act(room, json({ updateMember: { account: 'gus', labels: { labels } } }), contextOf(api()));
    return room;
  };
  const leftMs = startMs + 100_000;
  const without = presenceOf({ carla: 1 });
  const later = (room: RoomState, ms: number, presence = without) => {
    const decision = decideDue(room, contextOf({ kind: 'clock' }, { nowMs: leftMs + ms, presence }));
    if ('events' in decision) for (const { event } of decision.events) apply(room, event);
    return inShort(decision);
  };

  test('stays for the grace period, then goes: all elements in one event, the attribute, the label that was not saved', () => {
    const room = seats();
    expect(inShort(act(room, command.leave(), contextOf(session('gus'), { nowMs: leftMs })))).toBe('-away left done');
    expect(due(room, leftMs)).toBe(leftMs + 15_000);
    expect(later(room, 14_999)).toBe('unchanged');
    expect([...room.queue!.items.keys()]).toEqual(['a', 'b', 'c']);
    expect(later(room, 15_000)).toBe('-away queueChanged attributesChanged memberUpdated done');
    expect([[...room.queue!.items.keys()], [...room.attributes.keys()], [...room.away.keys()]]).toEqual([['c'], ['kept'], []]);
    expect([...room.members.values()].find(({ account }) => account === 'gus')?.labels.map(({ name }) => name)).toEqual(['old']);
    expect(later(room, 60_000)).toBe('unchanged');
  });

  test('stays when the account comes back in time', () => {
    const room = seats();
    act(room, command.leave(), contextOf(session('gus'), { nowMs: leftMs }));
    expect(inShort(act(room, command.join(), contextOf(session('gus'), { nowMs: leftMs + 14_000, presence: without })))).toBe(
      '-away entered joined',
    );
    expect(later(room, 60_000, presenceOf({ carla: 1, gus: 1 }))).toBe('unchanged');
    expect(room.queue!.items.size).toBe(3);
  });

  test('is found to be alone by a look, once counts have settled, and has its grace period from then', () => {
    const room = seats();
    expect(due(room, leftMs)).toBe(leftMs + 60_000);
    expect(later(room, 0, { ...without, settling: true })).toBe('unchanged');
    expect(later(room, 1000)).toBe('-away done');
    expect(later(room, 15_999)).toBe('unchanged');
    expect(later(room, 16_000)).toContain('queueChanged');
  });

  test('of who was kicked, blocked, or removed by closing is noted at once', () => {
    for (const [ask, events] of [
      [{ kickMember: { account: 'gus' } }, 'kicked -away done'],
      [{ blockMember: { account: 'gus' } }, 'blocked -away done'],
      [{ closeRoom: {} }, 'roomClosed -away done'],
    ] as const) {
      expect(inShort(act(seats(), json(ask), contextOf(api())))).toBe(events);
    }
  });
});

describe('a delayed close', () => {
  const scheduled = (kind: string, seconds = 60) => {
    const room = lobby();
    act(room, json({ scheduleClose: { close: { kind, seconds } } }), contextOf(api(), { nowMs: startMs }));
    return room;
  };
  const closes = (room: RoomState, ms: number, sessions: Record<string, number>) => {
    const decision = decideDue(room, contextOf({ kind: 'clock' }, { nowMs: startMs + ms, presence: presenceOf(sessions) }));
    if ('events' in decision) for (const { event } of decision.events) apply(room, event);
    return inShort(decision);
  };

  test('after a time closes whoever is there, and says by which schedule', () => {
    const room = scheduled('CLOSE_KIND_AFTER');
    expect(due(room)).toBe(startMs + 60_000);
    expect(closes(room, 59_999, { gus: 1 })).toBe('unchanged');
    expect(closes(room, 60_000, { gus: 1 })).toBe('roomClosed done');
    expect([room.profile.open, room.close, due(room)]).toEqual([false, undefined, 0]);
  });

  test('after the last member left: counts from the leaving, stops when somebody comes', () => {
    const room = scheduled('CLOSE_KIND_AFTER_EMPTY');
    expect(closes(room, 100_000, { gus: 1 })).toBe('unchanged');
    const alone = { presence: presenceOf({ gus: 1 }), nowMs: startMs + 200_000 };
    expect(inShort(act(room, command.leave(), contextOf(session('gus'), alone)))).toBe('-away left done');
    expect(closes(room, 259_999, {})).toBe('unchanged');
    const nobody = { presence: presenceOf({}), nowMs: startMs + 259_999 };
    expect(inShort(act(room, command.join(), contextOf(session('gus'), nobody)))).toBe('-away entered joined');
    expect(closes(room, 300_000, { gus: 1 })).toBe('unchanged');
    expect(inShort(act(room, command.leave(), contextOf(session('gus'), { ...alone, nowMs: startMs + 400_000 })))).toBe('-away left done');
    expect(closes(room, 460_000, {})).toBe('roomClosed done');
  });

  test('of an empty room counts from when that was found', () => {
    const room = scheduled('CLOSE_KIND_AFTER_EMPTY');
    expect(closes(room, 1000, {})).toBe('-away done');
    expect(closes(room, 60_999, {})).toBe('unchanged');
    expect(closes(room, 61_000, {})).toBe('roomClosed done');
  });
});

test('muted tags and bots end by themselves, together', () => {
  const room = lobby();
  const by = contextOf(api(), { nowMs: startMs });
  act(room, json({ muteTag: { tag: 'vip', seconds: 10 } }), by);
  act(room, json({ muteTag: { tag: 'blue' } }), by);
  act(room, json({ addBots: { bots: [{ account: 'b1' }, { account: 'b2' }], seconds: 20 } }), by);
  expect(due(room)).toBe(startMs + 10_000);
  expect(inShort(decideDue(room, at(startMs + 30_000)))).toBe('tagUnmuted -botsChanged done');
});

test('what goes with an account is not parted from the note of its absence, however much is due before it', () => {
  const room = lobby();
  const by = contextOf(api(), { nowMs: startMs });
  act(room, json({ initQueue: {} }), by);
  act(room, json({ offerQueue: { elements: [{ key: 'seat', transient: true }] } }), contextOf(session('gus'), { nowMs: startMs }));
  act(room, command.leave(), contextOf(session('gus'), { nowMs: startMs, presence: presenceOf({ gus: 1 }) }));
  for (let i = 0; i < 255; i++) mutedAt(room, `user-${i}`, 1);
  for (let decisions = 0; room.queue!.items.size > 0; decisions++) {
    expect(decisions).toBeLessThan(2);
    const decision = decideDue(room, contextOf({ kind: 'clock' }, { nowMs: startMs + 15_000, presence: presenceOf({}) }));
    if (!('events' in decision)) throw new Error('refused');
    for (const { event } of decision.events) apply(room, event);
  }
});

test('a delayed close notes who is away by it: seats go after the grace', () => {
  const room = lobby();
  const by = contextOf(api(), { nowMs: startMs });
  act(room, json({ initQueue: {} }), by);
  act(room, json({ offerQueue: { elements: [{ key: 'seat', transient: true }] } }), contextOf(session('gus'), { nowMs: startMs }));
  act(room, json({ scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER', seconds: 60 } } }), by);
  const closed = decideDue(room, contextOf({ kind: 'clock' }, { nowMs: startMs + 60_000 }));
  expect(inShort(closed)).toBe('roomClosed -away done');
  if ('events' in closed) for (const { event } of closed.events) apply(room, event);
  expect(due(room, startMs + 60_000)).toBe(startMs + 75_000);
});

test('any number of bots ends, or is cleared, in events that a record of the log takes', () => {
  const room = lobby();
  const by = contextOf(api(), { nowMs: startMs });
  for (let i = 0; i < 300; i++)
    act(
      room,
      json({ addBots: { bots: Array.from({ length: 100 }, (_, j) => ({ account: `${'b'.repeat(50)}-${i}-${j}` })), seconds: 1 } }),
      by,
    );
  const size = (decision: ReturnType<typeof decideDue>) => ('events' in decision ? JSON.stringify(decision.events).length : 0);
  expect(size(decideDue(room, at(startMs + 2000)))).toBeLessThan(64 * 1024);
  const cleared = act(room, json({ clearBots: {} }), by);
  expect(cleared).toMatchObject({ reply: { $case: 'botResults', value: { count: 30_000 } } });
  expect(size(cleared)).toBeLessThan(4096);
  expect([room.bots.size, inShort(act(room, json({ clearBots: {} }), by))]).toEqual([0, 'botResults']);
});

test('an attribute that goes with its owner needs one', () => {
  const write = json({ setAttributes: { attributes: [{ key: 'a', value: 'v', withOwner: true }] } });
  expect(inShort(act(lobby(), write, contextOf(api())))).toBe('no: bad-request');
  expect(inShort(act(lobby(), write, contextOf(session('gus'))))).toBe('attributesChanged done');
});

test('opening a room that is open sets its delayed close', () => {
  const room = lobby();
  const by = contextOf(api(), { nowMs: startMs });
  expect(inShort(act(room, json({ openRoom: {} }), by))).toBe('unchanged');
  expect(inShort(act(room, json({ openRoom: { close: { kind: 'CLOSE_KIND_AFTER', seconds: 60 } } }), by))).toBe('roomUpdated done');
  expect(due(room)).toBe(startMs + 60_000);
});
