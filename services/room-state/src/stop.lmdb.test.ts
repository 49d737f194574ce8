import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { MemoryBus, MemoryLive, MemoryPeers } from '@plaza/bus/memory';
import { allSlots, newRoom, type RoomId } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import { openStore } from '@plaza/kit/lmdb';
import { MemoryKeeping, MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { createRoomState } from './compose.js';
import { LmdbProjection } from './projection.lmdb.js';
import { LmdbSnapshotStore } from './snapshot-store.lmdb.js';
import { testSettings } from './testing/compose.js';

test('a stop waits for the snapshot that is being taken, so that the store can be closed after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-stop-'));
  const store = openStore(folder);
  const [projection, snapshots] = [new LmdbProjection(store), new LmdbSnapshotStore(store)];
  const clock = new FakeClock();
  const storage = new MemoryLogStorage({ shards: 1, streams: 1, clock });
  const bus = new MemoryBus();
  const log = new MemoryLog(storage);
  await log.tryAppend(0, 0, new Uint8Array(0));
  const rooms = Array.from({ length: 400 }, (_, i) => `room-${i}` as RoomId);
  const changes = rooms.map((room) => ({ room, slots: allSlots(newRoom(room)), dueMs: 0 }));
  await projection.write(0, undefined, 1, changes);
  let reading = 0;
  const page = projection.rooms.bind(projection);
  projection.rooms = (...asked) => (reading++, page(...asked));
  const service = createRoomState(
    { ...testSettings, id: 'a', snapshotMs: 1 },
    {
      ...{ log, projection, snapshots, clock, logger: quietLogger(), registry: new Registry(), address: 'local:a' },
      ...{ keeping: new MemoryKeeping(storage), live: new MemoryLive(bus), peers: new MemoryPeers(bus) },
    },
  );
  let started = false;
  void service.start().then(() => (started = true));
  await eventually(async () => {
    await clock.pass(20);
    expect(started).toBe(true);
  });
  await eventually(async () => {
    await clock.pass(20);
    expect(reading).toBeGreaterThan(1);
  });
  await service.stop();
  const read = reading;
  for (let turns = 0; turns < 50; turns++) await turn();
  expect(reading).toBe(read);
  expect(reading).toBeLessThan(rooms.length / 20);
  await store.close();
  rmSync(folder, { recursive: true });
});
