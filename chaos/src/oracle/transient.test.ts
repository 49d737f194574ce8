import { describe, expect, test } from '@jest/globals';
import { QueueChange, type Attribute, type Event, type QueueElement } from '@plaza/proto/client';
import type { LoggedRecord } from '../readings.js';
import { Tale, wrongs } from './tale.fixture.js';
import { transient } from './transient.js';
import { Watch } from './watch.js';

type Kind = NonNullable<Event['kind']>;
const element = (key: string, owner: string): QueueElement => ({ key, value: '', owner, transient: true, revision: 20 });
const queue = (change: QueueChange, elements: QueueElement[] = [], size = 0): Kind => ({
  $case: 'queueChanged',
  value: { change, elements, previous: [], size },
});
const bound: Attribute = { key: 'b', value: '', owner: 'ann', revision: 20, withOwner: true, updatedMs: 0 };

/** What belongs to an owner, and how it goes with it. */
const things: [string, Kind, Kind, string][] = [
  [
    'an element',
    queue(QueueChange.QUEUE_CHANGE_OFFER, [element('a', 'ann')]),
    queue(QueueChange.QUEUE_CHANGE_OWNER_LEFT, [element('a', 'ann')]),
    'a',
  ],
  [
    'an attribute',
    { $case: 'attributesChanged', value: { set: [bound], removed: [], previous: [] } },
    { $case: 'attributesChanged', value: { set: [], removed: ['b'], previous: [bound] } },
    'b',
  ],
];

describe.each(things)('%s of an owner', (_, begins, goes, key) => {
  const seated = (): Tale => {
    const tale = new Tale();
    tale.log({ kind: queue(QueueChange.QUEUE_CHANGE_INIT, [], 5) });
    tale.join('ann');
    tale.join('bob');
    tale.see('ann', 10, tale.log({ operator: 'ann', kind: begins }));
    return tale;
  };
  const leaves = (tale: Tale): void => {
    const position = tale.log({ targets: ['ann'], kind: goes });
    tale.see('bob', position - 10, position);
  };

  test('goes when the grace is over, not before', () => {
    const good = seated();
    good.pass(1600);
    leaves(good);
    expect(good.judge(transient)).toMatchObject({ checked: 1, charges: [] });
    const bad = seated();
    bad.pass(500);
    leaves(bad);
    expect(wrongs(bad.judge(transient))).toEqual(['gone 500 ms after its owner was there']);
  });

  /** Grace 1500, slack 1000, 500 where the connection was lost, 2000 of settling after a claim. */
  const goneFor = (ms: number, end: (tale: Tale) => void, claimAfterMs = Infinity, meanwhile?: Kind): string[] => {
    const tale = seated();
    end(tale);
    if (meanwhile !== undefined) tale.log({ operator: 'bob', kind: meanwhile });
    for (let passed = 0; passed < ms; passed += 100) {
      tale.pass(100);
      if (passed === claimAfterMs) tale.claim();
      tale.append({});
    }
    tale.join('ann', meanwhile === undefined ? 20 : 30, 20, { connection: 2 });
    tale.append({});
    return wrongs(tale.judge(transient));
  };
  const loses = (tale: Tale): void => tale.note('ann', { kind: 'closed', code: 1006 });
  const goesAway = (tale: Tale): void =>
    tale.answer('ann', tale.ask('ann', { $case: 'leave', value: {} }), { $case: 'unchanged', value: {} });
  const stayed = (ms: number, knownMs: number): string[] => [
    `${key} stayed, its owner was gone for ${ms} ms, which could be known for ${knownMs} ms`,
  ];

  test('does not outstay it', () => {
    expect(goneFor(2500, goesAway)).toEqual([]);
    expect(goneFor(2600, goesAway)).toEqual(stayed(2600, 2600));
    expect(goneFor(3000, loses)).toEqual([]);
    expect(goneFor(3100, loses)).toEqual(stayed(3100, 2600));
  });

  test('may stay where it was bound to somebody absent', () => {
    const late = { ...bound, revision: 30 };
    const attribute = goneFor(3000, goesAway, Infinity, { $case: 'attributesChanged', value: { set: [late], removed: [], previous: [] } });
    expect(attribute).toEqual(key === 'b' ? [] : stayed(3000, 3000));
  });

  test('may stay while counts settle after a takeover', () => {
    expect(goneFor(4500, goesAway, 1000)).toEqual([]);
    expect(goneFor(4800, goesAway, 1000)).toEqual(stayed(4800, 2700));
  });
});

describe('what can be known', () => {
  const log = (...records: [timeMs: number, epoch: number, claims?: boolean][]): LoggedRecord[] => {
    const tale = new Tale();
    for (const [timeMs, epoch, claims = false] of records)
      tale.append({ timeMs, epoch, ...(claims ? { claim: { holder: 'h', address: '' } } : { batches: [tale.batch()] }) });
    return [...tale.records];
  };
  const known = (records: LoggedRecord[], fromMs = 0, untilMs = 1e6): number => new Watch(records, 2000).ms('lobby', fromMs, untilMs);

  test('is the time in which a settled holder writes', () => {
    const first = log([100, 0, true], [1000, 1], [3000, 1], [4000, 1]);
    expect(known(first)).toBe(3000);
    expect(known(first, 2000, 3500)).toBe(1500);
    expect(new Watch(first, 2000).ms('elsewhere', 0, 1e6)).toBe(0);
  });

  test('is none from the last record before a claim until 2 s after the first of the new holder', () => {
    expect(known(log([0, 0, true], [1000, 1], [2000, 1], [2500, 0, true], [6000, 4], [7000, 4], [9000, 4]))).toBe(1000 + 1000);
  });

  test('is none in a long silence, nor by a holder that has lost the shard', () => {
    expect(known(log([0, 0, true], [1000, 1], [7000, 1], [8000, 1]))).toBe(1000);
    expect(known(log([0, 0, true], [1000, 1], [2000, 0, true], [3000, 1]))).toBe(0);
  });
});
