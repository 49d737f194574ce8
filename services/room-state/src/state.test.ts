import { describe, expect, test } from '@jest/globals';
import { positionAt, type AccountId, type RoomId } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import { AccountMap } from './account-map.js';
import { isRefused } from './probe-address.js';
import { RemovedLately } from './removed-lately.js';
import { Repeats, type Told } from './repeats.js';
import { Ring, RingBudget, ringLimits, type RingEntry } from './ring.js';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const room = 'lobby' as RoomId;
const nowMs = Date.UTC(2026, 0, 1);

describe('the ring', () => {
  const base = positionAt(nowMs);
  const entry = (i: number, more: Partial<RingEntry> = {}): RingEntry => ({
    prev: base + i - 1,
    last: base + i,
    events: 1,
    frame: new Uint8Array(10),
    previousSequence: i,
    ...more,
  });
  const filled = (...entries: RingEntry[]): RingEntry[] => {
    const ring = new Ring();
    for (const one of entries) ring.push(one, nowMs);
    return [...ring.back()];
  };

  test('keeps the newest within each of its limits', () => {
    expect(filled(...Array.from({ length: 1200 }, (_, i) => entry(i)))).toHaveLength(ringLimits.events);
    expect(filled(...Array.from({ length: 10 }, (_, i) => entry(i, { frame: new Uint8Array(100_000) })))).toHaveLength(2);
    const old = entry(0, { prev: 0, last: positionAt(nowMs - ringLimits.ageMs - 1000) });
    expect(filled(old, entry(1, { prev: old.last }))).toHaveLength(1);
  });

  test('is always a chain: what does not follow starts it anew', () => {
    expect(filled(entry(1), entry(2), entry(5), entry(6)).map(({ last }) => last - base)).toEqual([6, 5]);
  });

  test('gives one entry that is larger than all in any case, but no second', () => {
    const budget = new RingBudget();
    expect(budget.take(entry(1, { frame: new Uint8Array(ringLimits.bytes + 1) }), nowMs)).toBe(true);
    expect(budget.take(entry(2), nowMs)).toBe(false);
  });
});

describe('repeats', () => {
  const answer = (atMs: number) => ({ room, command: 'sendMessage', reply: new Uint8Array([1]), atMs });

  test('are known for a minute, per asker, and never without an id', () => {
    const repeats = new Repeats(60_000);
    repeats.remember('ann', 'c1', answer(0));
    expect(repeats.remember('ann', '', answer(0))).toBeUndefined();
    expect(repeats.find('ann', 'c1', 59_999)).toEqual({ ...answer(0), waiting: undefined });
    expect(repeats.find('ann', 'c1', 60_000)).toBeUndefined();
    expect(repeats.find('bob', 'c1', 0)).toBeUndefined();
    expect(repeats.find('ann', '', 0)).toBeUndefined();
    repeats.forgetOld(60_000);
    expect(repeats.size).toBe(0);
  });

  test('that wait for the log are not forgotten', () => {
    const repeats = new Repeats(60_000);
    const waiting: Told[] = [];
    const number = repeats.remember('ann', 'c1', answer(0), waiting)!;
    repeats.forgetOld(100_000);
    expect(repeats.find('ann', 'c1', 100_000)?.waiting).toBe(waiting);
    repeats.stored(number);
    expect(repeats.find('ann', 'c1', 100_000)).toBeUndefined();
    expect(repeats.find('ann', 'c1', 59_999)?.waiting).toBeUndefined();
  });

  test('are the newest of their kind, whatever a command id has in it', () => {
    const repeats = new Repeats(60_000);
    const ids = ['a', 'a\nb', '\n', 'ä€😀', 'sendMessage\na', 'half \ud83d', 'half \ud83e'];
    for (const [i, id] of ids.entries()) repeats.remember('ann', id, { ...answer(0), reply: new Uint8Array([i]) });
    repeats.remember('ann', 'a', { ...answer(1), reply: new Uint8Array([9]) });
    expect(ids.map((id) => repeats.find('ann', id, 1)?.reply[0])).toEqual([9, 1, 2, 3, 4, 5, 6]);
    expect(repeats.find('', 'a', 1)).toBeUndefined();
  });
});

describe('who was removed lately', () => {
  const event = (kind: Event['kind'], targets: string[]): Event =>
    Event.fromPartial({ timeMs: 1000, targets, ...(kind === undefined ? {} : { kind }) });

  test('is known by the time of entry: who came later is not meant', () => {
    const removed = new RemovedLately(60_000);
    const codeFor = (account: string, enteredMs: number, deviceId = ''): string | undefined =>
      removed.codeFor({ room, account: account as AccountId, deviceId, enteredMs });
    removed.note(room, event({ $case: 'kicked', value: { reason: '', refusedUntilMs: 0 } }, ['ann']));
    expect(codeFor('ann', 999)).toBe('kicked');
    expect(codeFor('ann', 1001)).toBeUndefined();
    expect(codeFor('bob', 999)).toBeUndefined();
    removed.note(room, event({ $case: 'deviceBlocked', value: { deviceId: 'd1', untilMs: 5000 } }, []));
    expect(codeFor('bob', 999, 'd1')).toBe('device-blocked');
    expect(codeFor('bob', 999, 'd2')).toBeUndefined();
    removed.note(room, event({ $case: 'roomClosed', value: { reason: '', close: undefined } }, []));
    expect(codeFor('bob', 999)).toBe('room-closed');
    removed.forgetOld(61_000);
    expect(codeFor('bob', 999)).toBeUndefined();
  });
});

test('a map of accounts is a map, also while it grows over its split and shrinks again', () => {
  const [map, model] = [new AccountMap<number>(), new Map<string, number>()];
  for (let i = 0; i < 6000; i++) {
    const name = `u${(i * 7919) % 3001}`;
    if (i % 3 === 2) map.delete(name as AccountId);
    else map.set(name as AccountId, i);
    if (i % 3 === 2) model.delete(name);
    else model.set(name, i);
    expect(map.size).toBe(model.size);
  }
  const byValue = (a: number, b: number): number => a - b;
  expect([...map.values()].sort(byValue)).toEqual([...model.values()].sort(byValue));
  for (const [name, value] of model) expect(map.get(name as AccountId)).toBe(value);
});

test('only an address that refuses counts as dead', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await isRefused(address)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await isRefused(address)).toBe(true);
  expect(await isRefused('local:a')).toBe(false);
  expect(await isRefused('nonsense')).toBe(false);
});
