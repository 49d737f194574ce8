import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RoomId } from '@plaza/domain';
import { HeadSlot } from '@plaza/proto/log';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { noMetrics } from './metrics.js';
import { MemoryProjection, MemoryProjectionStorage } from './projection.memory.js';
import { ProjectionWriter } from './projection-writer.js';
import { ProjectionUnavailable } from './projection.js';

const shard = 3;
const epoch = 20;
const lobby = 'lobby' as RoomId;
const head = (last: number) => ({ name: 'head', value: HeadSlot.encode({ last, lastSequence: 1, bucket: 0, bucketCount: 0 }).finish() });

let storage: MemoryProjectionStorage;
let projection: MemoryProjection;
let clock: FakeClock;
let writer: ProjectionWriter;
let rebuilds: number[];
let held: boolean;
let answersRebuild: boolean;

beforeEach(async () => {
  storage = new MemoryProjectionStorage();
  projection = new MemoryProjection(storage);
  clock = new FakeClock();
  rebuilds = [];
  held = true;
  answersRebuild = true;
  await projection.write(shard, undefined, 10, [{ room: lobby, slots: [head(7)], dueMs: 0 }]);
  const rebuild = async (sequence: number): Promise<number | undefined> => {
    rebuilds.push(sequence);
    if (!held) return undefined;
    await projection.reset(shard);
    await projection.write(shard, undefined, sequence, [{ room: lobby, slots: [head(7)], dueMs: 0 }]);
    if (!answersRebuild) throw new ProjectionUnavailable('the answer was lost');
    return sequence;
  };
  writer = new ProjectionWriter({ shard, epoch, projection, clock, logger: quietLogger(), metrics: noMetrics, rebuild }, 10);
});

const lastOf = async (room: RoomId): Promise<number | undefined> => {
  const slot = (await projection.load(shard, room))?.find(({ name }) => name === 'head');
  return slot && HeadSlot.decode(slot.value).last;
};

describe('the writer of the projection', () => {
  test('writes what was noted, and the cursor with it', async () => {
    writer.note(lobby, [head(8)], 0);
    writer.note(lobby, [head(9)], 0);
    writer.noteSequence(21);
    expect(writer.isDirty(lobby)).toBe(true);
    await writer.flush();
    expect([await lastOf(lobby), await projection.cursor(shard), writer.isDirty(lobby)]).toEqual([9, 21, false]);
  });

  test('moves the cursor over records without rooms', async () => {
    writer.noteSequence(25);
    await writer.flush();
    expect(await projection.cursor(shard)).toBe(25);
  });

  test('writes many rooms in steps, and the cursor moves with the last', async () => {
    const cursors: number[] = [];
    const write = projection.write.bind(projection);
    projection.write = (at, expected, cursor, changes) => {
      cursors.push(cursor);
      return write(at, expected, cursor, changes);
    };
    for (let i = 0; i < 1200; i++) writer.note(`r${i}` as RoomId, [head(i + 1)], 0);
    writer.noteSequence(21);
    await writer.flush();
    expect(cursors).toEqual([10, 10, 21]);
    expect(await lastOf('r1199' as RoomId)).toBe(1200);
  });

  test('keeps what could not be written, newest last, and tries again after a pause', async () => {
    writer.note(lobby, [head(8)], 0);
    storage.available = false;
    await writer.flush();
    writer.note(lobby, [head(9)], 0);
    writer.noteSequence(22);
    storage.available = true;
    await writer.flush();
    expect(await lastOf(lobby)).toBe(7);
    clock.advance(1000);
    await writer.flush();
    expect([await lastOf(lobby), await projection.cursor(shard)]).toEqual([9, 22]);
  });

  test('counts a write as its own whose answer was lost', async () => {
    const write = projection.write.bind(projection);
    projection.write = async (...all) => {
      await write(...all);
      projection.write = write;
      throw new ProjectionUnavailable('the answer was lost');
    };
    writer.note(lobby, [head(8)], 0);
    writer.noteSequence(21);
    await writer.flush();
    clock.advance(1000);
    await writer.flush();
    expect([await lastOf(lobby), await projection.cursor(shard), rebuilds]).toEqual([8, 21, []]);
  });

  test('goes on behind a late write of the holder before, all of which was replayed', async () => {
    await projection.write(shard, 10, 15, []);
    writer.note(lobby, [head(8)], 0);
    writer.noteSequence(21);
    await writer.flush();
    expect([await lastOf(lobby), await projection.cursor(shard), rebuilds]).toEqual([8, 21, []]);
  });

  test.each([
    ['was emptied', () => projection.reset(shard)],
    ['went back in time', async () => (await projection.reset(shard), await projection.write(shard, undefined, 5, []))],
    ['is another holder’s', () => projection.write(shard, 10, 99, [])],
  ])('rebuilds a projection that %s, and then writes what it has', async (_name, happen) => {
    writer.note(lobby, [head(8)], 0);
    writer.noteSequence(21);
    await happen();
    await expect(writer.load('cold' as RoomId)).rejects.toThrow(ProjectionUnavailable);
    await writer.flush();
    expect(rebuilds).toEqual([21]);
    await writer.flush();
    expect([await lastOf(lobby), await projection.cursor(shard)]).toEqual([8, 21]);
    expect((await writer.load('cold' as RoomId)).profile).toBeUndefined();
  });

  test('touches nothing once the shard is not held any more', async () => {
    held = false;
    await projection.write(shard, 10, 99, [{ room: lobby, slots: [head(50)], dueMs: 0 }]);
    writer.note(lobby, [head(8)], 0);
    await writer.flush();
    await writer.flush();
    expect([await lastOf(lobby), await projection.cursor(shard)]).toEqual([50, 99]);
  });

  test('looks at a projection that has everything each five seconds, and at once when a room could not be read', async () => {
    let asked = 0;
    const cursor = projection.cursor.bind(projection);
    projection.cursor = (at) => (asked++, cursor(at));
    for (let second = 0; second < 10; second++, clock.advance(1000)) await writer.flush();
    expect(asked).toBe(2);
    await projection.reset(shard);
    await expect(writer.load('cold' as RoomId)).rejects.toThrow(ProjectionUnavailable);
    await writer.flush();
    expect(rebuilds).toHaveLength(1);
  });
});

describe('rooms that are due', () => {
  const sleeper = 'sleeper' as RoomId;
  let asked: number;

  beforeEach(async () => {
    await projection.write(shard, 10, 10, [{ room: sleeper, slots: [head(1)], dueMs: 1000 }]);
    asked = 0;
    const due = projection.due.bind(projection);
    projection.due = (...all) => (asked++, due(...all));
  });

  test('are asked for once, and then not before the next one is due', async () => {
    for (const nowMs of [0, 500, 999]) expect(await writer.due(nowMs, 100)).toEqual([]);
    expect(asked).toBe(1);
    for (const nowMs of [1000, 2000]) expect(await writer.due(nowMs, 100)).toEqual([sleeper]);
    expect(asked).toBe(3);
  });

  test('are asked for when one that is written meanwhile is due before', async () => {
    await writer.due(0, 100);
    writer.note(lobby, [], 400);
    expect(await writer.due(399, 100)).toEqual([]);
    await writer.flush();
    expect(await writer.due(400, 100)).toEqual([lobby]);
    expect(asked).toBe(2);
  });

  test.each([
    ['noted and not written', () => Promise.resolve()],
    ['being written', () => new Promise<void>((resolve) => setImmediate(resolve))],
  ])('are not forgotten that were %s when the projection was asked', async (_name, underWay) => {
    writer.note(lobby, [], 400);
    let goOn = (): void => undefined;
    const write = projection.write.bind(projection);
    projection.write = async (...all) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      return write(...all);
    };
    const flushed = writer.flush();
    await underWay();
    expect(await writer.due(0, 100)).toEqual([]);
    await new Promise<void>((resolve) => setImmediate(resolve));
    goOn();
    await flushed;
    expect(await writer.due(400, 100)).toEqual([lobby]);
  });

  test('are asked for again after the projection was away, was made anew, or was written by the holder before', async () => {
    storage.available = false;
    await expect(writer.due(0, 100)).rejects.toThrow(ProjectionUnavailable);
    storage.available = true;
    expect(await writer.due(1000, 100)).toEqual([sleeper]);
    await projection.write(shard, 10, 11, [{ room: sleeper, slots: [], dueMs: 5000 }]);
    expect(await writer.due(1000, 100)).toEqual([]);
    await projection.write(shard, 11, 15, [{ room: sleeper, slots: [], dueMs: 2000 }]);
    writer.noteSequence(epoch);
    await writer.flush();
    expect(await writer.due(2000, 100)).toEqual([sleeper]);
    await projection.reset(shard);
    clock.advance(5000);
    await writer.flush();
    await projection.write(shard, epoch, epoch, [{ room: sleeper, slots: [head(1)], dueMs: 1500 }]);
    expect(await writer.due(1500, 100)).toEqual([sleeper]);
  });

  test('are asked for again after a projection was made anew and nobody was told so', async () => {
    await projection.reset(shard);
    answersRebuild = false;
    await writer.flush();
    expect(await writer.due(500, 100)).toEqual([]);
    await projection.write(shard, 10, 10, [{ room: sleeper, slots: [head(1)], dueMs: 1500 }]);
    clock.advance(1000);
    await writer.flush();
    expect(await writer.due(1500, 100)).toEqual([sleeper]);
  });

  test('are asked for once a minute, whatever was said before', async () => {
    await writer.due(0, 100);
    await projection.write(shard, 10, 10, [{ room: sleeper, slots: [], dueMs: 0 }]);
    await writer.due(1000, 100);
    expect(await writer.due(60_999, 100)).toEqual([]);
    expect(asked).toBe(2);
    await writer.due(61_000, 100);
    expect(asked).toBe(3);
  });
});
