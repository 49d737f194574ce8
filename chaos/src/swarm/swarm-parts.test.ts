import { describe, expect, test } from '@jest/globals';
import type { Reply } from '@plaza/proto/client';
import { Lately } from './acts/choose.js';
import { Outstanding, type Waiting } from './outstanding.js';
import { planOf } from './plan.js';
import { Prng } from './prng.js';
import { Seat } from './seat.js';

describe('chance', () => {
  const draws = (seed: number, name: string): number[] => {
    const prng = new Prng(seed, name);
    return Array.from({ length: 20 }, () => prng.between(1, 1000));
  };

  test('is the same for the same seed and name, and another for others', () => {
    expect(draws(7, 'c1')).toEqual(draws(7, 'c1'));
    expect(draws(7, 'c1')).not.toEqual(draws(7, 'c2'));
    expect(draws(7, 'c1')).not.toEqual(draws(8, 'c1'));
  });

  test('weighs its choices', () => {
    const prng = new Prng(1, 'weights');
    const picked = Array.from({ length: 2000 }, () => prng.weighted([[9, 'often'] as const, [1, 'seldom'] as const]));
    const often = picked.filter((one) => one === 'often').length;
    expect(often).toBeGreaterThan(1700);
    expect(often).toBeLessThan(1900);
  });
});

test('a plan follows from its seed: half of the sockets in the first room, a creator in each', () => {
  const options = { seed: 3, rooms: 10, sockets: 200, hotShare: 0.5, run: 'r' };
  const plan = planOf(options);
  expect(planOf(options)).toEqual(plan);
  const hot = plan.clients.filter(({ rooms }) => rooms.includes('r-0')).length;
  expect(hot).toBeGreaterThan(80);
  expect(hot).toBeLessThan(140);
  for (const { room, creator } of plan.rooms) expect(plan.accounts.get(room)).toContain(creator);
  expect(new Set(plan.clients.map(({ account }) => account)).size).toBeLessThan(200);
});

describe('a seat', () => {
  const joined = (head: number, complete = true, completeFrom = 0): Reply => ({
    id: 1,
    head,
    result: { $case: 'joined', value: { self: undefined, room: undefined, complete, completeFrom, recent: [] } },
  });

  test('starts at the head, where it was, or where it is told that it is complete from', () => {
    const seat = new Seat('lobby');
    seat.joined(joined(10), undefined);
    expect(seat.position).toBe(10);
    seat.joined(joined(20), 10);
    expect(seat.position).toBe(10);
    seat.joined(joined(20, false, 15), 10);
    expect(seat.position).toBe(15);
  });

  test('drops repeats and says where something is missing', () => {
    const seat = new Seat('lobby');
    seat.joined(joined(10), undefined);
    expect(seat.take({ prev: 10, last: 12 })).toBe(true);
    expect(seat.take({ prev: 10, last: 12 })).toBe(true);
    expect(seat.take({ prev: 13, last: 14 })).toBe(false);
    expect(seat.position).toBe(12);
  });
});

test('what can be repeated is what was sent first not long ago', () => {
  const lately = new Lately();
  const sent = { command: 0, commandId: 'a', room: 'lobby', ask: { $case: 'ping', value: {} } } as const;
  lately.add(sent, performance.now() - 30_000);
  const at = performance.now();
  lately.add(sent, at);
  expect(lately.fresh).toEqual([{ sent, at }]);
});

describe('outstanding commands', () => {
  const waiting = (commandId: string, since = 0, room = 'lobby'): Waiting & { given: (Reply | undefined)[] } => {
    const given: (Reply | undefined)[] = [];
    const sent = { command: 0, commandId, room, ask: { $case: 'ping', value: {} } as const };
    return { sent, since, dueAt: 0, done: (reply) => void given.push(reply), given };
  };

  test('are sent again in their order when the connection was lost, those without an id are given up', () => {
    const outstanding = new Outstanding();
    const [first, second, third] = [waiting('a'), waiting(''), waiting('b')];
    outstanding.hold(third);
    outstanding.left(1, first);
    outstanding.left(2, second);
    outstanding.lost();
    expect(second.given).toEqual([undefined]);
    expect(outstanding.due(1, () => true)).toEqual([first, third]);
  });

  test('wait for their room and for their time, and not for longer than they are remembered', () => {
    const outstanding = new Outstanding();
    const [elsewhere, later, old] = [waiting('a', 0, 'garden'), { ...waiting('b'), dueAt: 500 }, waiting('c', -50_000)];
    for (const one of [elsewhere, later, old]) outstanding.hold(one);
    expect(outstanding.due(100, (room) => room === 'lobby')).toEqual([]);
    expect(old.given).toEqual([undefined]);
    expect(outstanding.due(600, () => true)).toEqual([elsewhere, later]);
    expect(outstanding.size).toBe(0);
  });
});
