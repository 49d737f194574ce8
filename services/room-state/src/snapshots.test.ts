import { beforeEach, describe, expect, test } from '@jest/globals';
import { apply, defaultLimits, newRoom, slotsOf, allSlots, type AccountId, type RoomId, type RoomState } from '@plaza/domain';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event } from '@plaza/proto/client';
import { Record as LogRecord, type RoomBatch } from '@plaza/proto/log';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { isBroken, readChain, sequenceBefore } from './chain-reader.js';
import { MemoryProjection } from './projection.memory.js';
import { catchUp, loadState, rebuildProjection } from './rebuild.js';
import { MemorySnapshotStore } from './snapshot-store.memory.js';
import { takeSnapshot } from './snapshots.js';

const shard = 0;
const signal = new AbortController().signal;
const clock = new FakeClock();
let storage: MemoryLogStorage;
let log: MemoryLog;
let projection: MemoryProjection;
let snapshots: MemorySnapshotStore;
let rooms: Map<string, RoomState>;
let newest: number;

const parts = () => ({ shard, log, projection, snapshots, clock, logger: quietLogger(), limits: defaultLimits });

beforeEach(() => {
  storage = new MemoryLogStorage({ shards: 2, streams: 1 });
  log = new MemoryLog(storage);
  projection = new MemoryProjection();
  snapshots = new MemorySnapshotStore();
  rooms = new Map();
  newest = 0;
});

/** One event into the log, between records of another shard, and into the model. */
function logEvent(room: string, kind: NonNullable<Event['kind']>, targets: string[] = []): void {
  const state = rooms.get(room) ?? newRoom(room as RoomId);
  rooms.set(room, state);
  const event = Event.fromPartial({ position: state.last + 5, timeMs: clock.now(), targets });
  event.kind = kind;
  const logged = {
    position: event.position,
    event: Event.encode(event).finish(),
    stored: false,
    audience: undefined,
    asker: '',
    commandId: '',
    reply: new Uint8Array(0),
    command: 0,
  };
  const batch: RoomBatch = {
    room,
    prev: state.last,
    last: event.position,
    bucket: 0,
    previousSequence: state.lastSequence,
    events: [logged],
    tally: undefined,
    skipped: [],
    historyDays: 0,
  };
  apply(state, event);
  const other = storage.append(1, otherLast, LogRecord.encode(LogRecord.fromPartial({ id: 'other', timeMs: clock.now() })).finish());
  if (other.kind === 'stored') otherLast = other.sequence;
  const answer = storage.append(
    shard,
    newest,
    LogRecord.encode(LogRecord.fromPartial({ id: 'x', timeMs: clock.now(), batches: [batch] })).finish(),
  );
  if (answer.kind !== 'stored') throw new Error('not stored');
  newest = state.lastSequence = answer.sequence;
}
let otherLast = 0;
beforeEach(() => {
  otherLast = 0;
});

const create = (room: string): void =>
  logEvent(room, { $case: 'roomCreated', value: { creator: 'owner', profile: undefined, settings: undefined, close: undefined } });
const mute = (room: string, account: string): void => logEvent(room, { $case: 'muted', value: {} }, [account]);

async function expectAll(): Promise<void> {
  for (const [id, state] of rooms) expect(allSlots(await loadState({ shard, projection }, id as RoomId))).toEqual(allSlots(state));
}

describe('a rebuild', () => {
  test('from the log alone equals the state that was', async () => {
    for (let i = 0; i < 40; i++) create(`room-${i}`);
    for (let i = 0; i < 40; i += 3) mute(`room-${i}`, 'bob');
    expect(await rebuildProjection(parts(), newest, signal)).toBe(newest);
    await expectAll();
  });

  test('from a snapshot and the log behind it equals it too, even where the log’s beginning aged out', async () => {
    for (let i = 0; i < 700; i++) create(`room-${i}`);
    await catchUp(parts(), undefined, newest, signal);
    expect(await takeSnapshot(parts(), () => true)).toBe(newest);
    const at = newest;
    mute('room-3', 'bob');
    create('after');
    const kept = await log.read(shard, at + 1, 100);
    const read = log.read.bind(log);
    log.read = async (of, from, max) => (from > at ? read(of, from, max) : kept);
    expect(await rebuildProjection(parts(), newest, signal)).toBe(newest);
    await expectAll();
    expect((await loadState({ shard, projection }, 'room-3' as RoomId)).members.get('bob' as AccountId)?.muted).toBe(true);
  });

  test('without a snapshot from a log whose beginning is gone fails, and the cursor says that nothing is whole', async () => {
    for (let i = 0; i < 5; i++) create(`room-${i}`);
    const [first] = await log.read(shard, 1, 1);
    const read = log.read.bind(log);
    log.read = (of, from, max) => read(of, Math.max(from, first!.sequence + 1), max);
    const rebuilding = rebuildProjection(parts(), newest, signal).catch((error: unknown) => error);
    await clock.pass(10_000);
    expect(isBroken(await rebuilding)).toBe(true);
    expect(await projection.cursor(shard)).toBeUndefined();
  });

  test('not from a snapshot of what the log does not have: it is of another log, or of one that was put back to an older day', async () => {
    create('room-1');
    const older = newest;
    mute('room-1', 'bob');
    await rebuildProjection(parts(), newest, signal);
    await takeSnapshot(parts(), () => true);
    await expect(rebuildProjection(parts(), older, signal)).rejects.toThrow(`its snapshot is of ${newest}, the log only at ${older}`);
    expect(await projection.cursor(shard)).toBe(newest);
  });

  test('leaves no snapshot that was taken while the shard was lost', async () => {
    create('room-1');
    await catchUp(parts(), undefined, newest, signal);
    expect(await takeSnapshot(parts(), () => false)).toBeUndefined();
    expect(await snapshots.newest(shard)).toBeUndefined();
  });
});

describe('reading a shard', () => {
  const readAll = async (after: number, until: number): Promise<number[]> => {
    const sequences: number[] = [];
    for await (const page of readChain({ log, shard, clock, signal, after, known: after, until }))
      sequences.push(...page.map(({ sequence }) => sequence));
    return sequences;
  };

  test('goes on until the record that is known to be there, however late a replica is', async () => {
    for (let i = 0; i < 5; i++) create(`room-${i}`);
    const read = log.read.bind(log);
    let lag = 3;
    log.read = async (of, from, max) => (await read(of, from, max)).slice(0, lag-- > 0 ? 1 : undefined);
    const reading = readAll(0, newest);
    await clock.pass(2000);
    expect(await reading).toEqual([2, 4, 6, 8, 10]);
  });

  test('asks a replica that has not got the newest record yet again within some milliseconds, and one that is away not so often', async () => {
    create('room-1');
    const read = log.read.bind(log);
    let empty = 3;
    const askedMs: number[] = [];
    log.read = async (of, from, max) => {
      askedMs.push(clock.now());
      return empty-- > 0 ? [] : read(of, from, max);
    };
    const reading = readAll(0, newest);
    await clock.pass(20);
    expect(await reading).toEqual([newest]);
    empty = 100;
    askedMs.length = 0;
    const failing = readAll(0, newest).catch((error: unknown) => error);
    await clock.pass(10_000);
    expect(isBroken(await failing)).toBe(true);
    expect(askedMs.at(-1)! - askedMs.at(-2)!).toBe(100);
  });

  test('finds a place that is old enough among records of other shards', async () => {
    for (let i = 0; i < 400; i++) {
      create(`room-${i}`);
      clock.advance(1000);
    }
    const sinceMs = clock.now() - 60_000;
    const before = await sequenceBefore(log, shard, newest, sinceMs);
    const record = LogRecord.decode((await log.at(shard, before))!.bytes);
    expect(record.timeMs).toBeLessThan(sinceMs);
    expect(newest - before).toBeLessThan(2 * 130);
    expect(await sequenceBefore(log, shard, newest, 0)).toBe(0);
  });
});

test('a slot that is gone leaves the projection', async () => {
  create('lobby');
  mute('lobby', 'bob');
  logEvent('lobby', { $case: 'unmuted', value: {} }, ['bob']);
  await catchUp(parts(), undefined, newest, signal);
  expect(slotsOf(rooms.get('lobby')!, ['member/bob'])[0]!.value).toBeUndefined();
  expect((await projection.load(shard, 'lobby' as RoomId))!.map(({ name }) => name).sort()).toEqual(['head', 'member/owner', 'profile']);
});
