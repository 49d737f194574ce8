import { describe, expect, test } from '@jest/globals';
import { costs, crowd } from './costs.fixture.js';
import { planFor, plannedShare, rotationOf, writeCosts, type Crowd } from './model.js';

describe('capacity', () => {
  test.each<[string, Partial<Crowd>, number, string]>([
    ['a quiet million: the cap on sockets', { messagesASecondARoom: 1 }, 67, 'sockets'],
    ['fifty messages a second: still the cap', {}, 67, 'sockets'],
    ['a lag of 40 ms: 25 writes a second', { lagMs: 40 }, Math.ceil(1_000_000 / (600_000 / (25 * 6 + 50 * 0.2 + (50 / 1e6) * 20))), 'cpu'],
    ['a storm of joins', { joinsASecond: 1_000_000 }, Math.ceil(1_000_000 / (600_000 / (24 + 10 + 50 + 0.001))), 'cpu'],
    ['one viewer', { viewers: 1, messagesASecondARoom: 1 }, 1, 'sockets'],
  ])('edges: %s', (_, change, edges, because) => {
    const plan = planFor({ ...crowd, ...change }, costs);
    expect([plan.edges, plan.edgesBecauseOf]).toEqual([edges, because]);
  });

  test('more of anything never needs less', () => {
    const needed = (change: Partial<Crowd>): number[] => {
      const { edges, holders, natsShareAServer, logStreams } = planFor({ ...crowd, ...change }, costs);
      return [edges, holders, natsShareAServer, logStreams];
    };
    const base = needed({});
    const more: Partial<Crowd>[] = [
      { viewers: 3_000_000 },
      { rooms: 10_000 },
      { messagesASecondARoom: 500 },
      { joinsASecond: 50_000 },
      { messageBytes: 2000 },
    ];
    for (const change of more) needed(change).forEach((value, index) => expect(value).toBeGreaterThanOrEqual(base[index] as number));
  });

  test('an edge is planned within its share, whatever the crowd', () => {
    for (const messagesASecondARoom of [1, 20, 200, 2000])
      for (const lagMs of [40, 250, 2000])
        for (const joinsASecond of [0, 20_000])
          expect(planFor({ ...crowd, messagesASecondARoom, lagMs, joinsASecond }, costs).edgeShare).toBeLessThanOrEqual(
            plannedShare + 0.001,
          );
  });

  test('who is too much for a core even alone is refused', () => {
    expect(() => planFor({ ...crowd, messagesASecondARoom: 10_000_000 }, costs)).toThrow('one core cannot serve a single viewer: cpu');
  });

  test('a cluster has two holders at least, and more when one core is not enough', () => {
    expect(planFor(crowd, costs).holders).toBe(2);
    expect(planFor({ ...crowd, rooms: 10_000, messagesASecondARoom: 20 }, costs).holders).toBe(Math.ceil((200_000 * 20) / 600_000));
  });

  test('egress is every message to every viewer, with the heads of the writes', () => {
    const { egressBits } = planFor({ ...crowd, viewers: 1000, messagesASecondARoom: 1 }, costs);
    expect(egressBits).toBe(8 * 1000 * (200 + 80));
  });

  test('the drain takes longer rounds with more sockets, never shorter ones than 40 ms', () => {
    const rotations = [10, 1000, 10_000, 20_000].map((sockets) => rotationOf(sockets, crowd, costs));
    expect(rotations).toEqual([...rotations].sort((a, b) => a - b));
    expect(rotations[0]).toBe(40);
    expect(rotationOf(100_000, crowd, costs)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('two runs of an edge tell what a write and what a message costs', () => {
  test('exactly', () => {
    const at = (events: number): { microsAWrite: number; eventsAWrite: number } => ({
      microsAWrite: 6 + 0.2 * events,
      eventsAWrite: events,
    });
    const { edgeWriteMicros, edgeEventMicros } = writeCosts(at(1), at(21));
    expect(edgeWriteMicros).toBeCloseTo(6);
    expect(edgeEventMicros).toBeCloseTo(0.2);
  });

  test('not where they are alike', () => {
    expect(() => writeCosts({ microsAWrite: 6, eventsAWrite: 1 }, { microsAWrite: 7, eventsAWrite: 1.5 })).toThrow(RangeError);
  });
});
