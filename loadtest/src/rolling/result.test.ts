import { expect, test } from '@jest/globals';
import { actResult, Notes, type ActResult } from './act.js';
import { lostOf, tableOf, wrongIn, type RollingResult } from './result.js';

const nothing = { missing: 0, twice: 0, strange: 0 };
const act = (what: string, id: string, change: Partial<ActResult> = {}): ActResult => ({
  ...actResult(new Notes(what)),
  ...{ ended: [{ id, tookMs: 9000, killed: false }], allBack: true, accepted: 100, ...change },
});
const drain = (change: Partial<ActResult> = {}): ActResult =>
  act('drain', 'edge-1', { dropped: 5000, mostTriesASecond: 540, pauseMs: { p50: 520.4, p99: 1010, max: 1300 }, ...change });
const good: RollingResult = {
  sockets: 5000,
  drainPerSecond: 500,
  acts: [drain(), act('room-state', 'room-state-1')],
  chains: { broken: 0, told: 0, behind: [] },
  ...{ heard: nothing, history: nothing },
};

test('nothing is wrong where nothing was lost and all was paced', () => {
  expect(wrongIn(good)).toEqual([]);
  expect(lostOf(good)).toBe(0);
});

const withActs = (...acts: ActResult[]): RollingResult => ({ ...good, acts });

test.each<[RollingResult, string]>([
  [{ ...good, heard: { ...nothing, missing: 2 } }, '2 accepted messages that a client did not hear'],
  [{ ...good, history: { ...nothing, missing: 1 } }, '1 accepted messages that the history does not have'],
  [{ ...good, history: { ...nothing, twice: 1 } }, '1 messages twice'],
  [{ ...good, heard: { ...nothing, strange: 1 } }, '1 messages that were refused or never said, and are there'],
  [{ ...good, chains: { broken: 3, told: 0, behind: [] } }, '3 broken chains'],
  [{ ...good, chains: { broken: 0, told: 1, behind: [] } }, '1 told holes'],
  [{ ...good, chains: { broken: 0, told: 0, behind: ['r1'] } }, '1 rooms with sockets behind the others: r1'],
  [withActs(drain({ mostTriesASecond: 552 })), 'drain: 552 reconnects in a second, above 500 with chance and a stall of 0 ms (551)'],
  [
    withActs(drain({ mostTriesASecond: 710, stallMs: 200 })),
    'drain: 710 reconnects in a second, above 500 with chance and a stall of 200 ms (656)',
  ],
  [withActs(drain({ cut: 4 })), 'drain: 4 sockets cut'],
  [withActs(drain({ allBack: false })), 'drain: not all sockets came back'],
  [withActs(drain({ ended: [{ id: 'edge-1', tookMs: 1, killed: true }] })), 'drain: edge-1 was killed at the end of its grace period'],
  [
    withActs(drain({ ended: [{ id: 'edge-1', tookMs: 1, killed: false, drain: { tookMs: 36_000, left: 7 } }] })),
    'drain: 7 sockets were left at the end of the drain of edge-1',
  ],
  [withActs(act('nats', 'nats-n1', { dropped: 1 })), 'nats: 1 sockets dropped'],
  [withActs(act('api', 'api-1', { refused: 1 })), 'api: 1 messages refused'],
])('%#: %s', (result, wrong) => {
  expect(wrongIn(result)).toEqual([wrong]);
});

test('people read a line an act', () => {
  const [heads, first, second] = tableOf(good).split('\n');
  expect(heads).toContain('pause p50/p99/max');
  expect(first).toMatch(/^drain +0 s +100 +0 +- +- +5000 +0 +520\/1010\/1300 +540 of 500$/);
  expect(second).toMatch(/^room-state .* -$/);
});
