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

beforeEach(async () => {
  storage = new MemoryProjectionStorage();
  projection = new MemoryProjection(storage);
  clock = new FakeClock();
  rebuilds = [];
  held = true;
  await projection.write(shard, undefined, 10, [{ room: lobby, slots: [head(7)], dueMs: 0 }]);
  const rebuild = async (sequence: number): Promise<number | undefined> => {
    rebuilds.push(sequence);
    if (!held) return undefined;
    await projection.reset(shard);
    await projection.write(shard, undefined, sequence, [{ room: lobby, slots: [head(7)], dueMs: 0 }]);
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
});
