import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { MemoryBus, MemoryLive, MemoryPeers } from '@plaza/bus/memory';
import {
  allSlots,
  apply,
  decide,
  defaultLimits,
  newRoom,
  parseRoomId,
  Recent,
  type Command,
  type Context,
  type RoomId,
} from '@plaza/domain';
import { createLogger, createRegistry, readConfig, systemClock } from '@plaza/kit';
import { openStore } from '@plaza/kit/lmdb';
import { MemoryKeeping, MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { ClientFrame } from '@plaza/proto/client';
import { encodeCommand } from '@plaza/protocol';
import { createRoomState, embeddedRoomStateParts, roomStateSettingsTable } from '@plaza/room-state';
import { percentile } from './machine.js';
import { keepResult } from './report.js';

/**
 * `npm run bench:snapshot [-- --rooms 5000 --members 40 --seconds 4]`: what a snapshot of a whole shard does to the process that holds it. One shard in an embedded store, whose reads
 * are the ones that could block; messages go on meanwhile. First without a snapshot, then with one after the other; gaps of the event loop and waits for replies, and their ratios.
 */
const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '5000' },
    members: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '4' },
  },
});
const [rooms, members, seconds] = [values.rooms, values.members, values.seconds].map(Number) as [number, number, number];
const roomName = (i: number): RoomId => parseRoomId(`room-${i}`)!;
const commandOf = (json: unknown): Command => ClientFrame.fromJSON(json).body as Command;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const presence: Context['presence'] = {
  accounts: 0,
  connections: 0,
  settling: false,
  isPresent: () => false,
  sessionsOf: () => 0,
  devicesOf: () => [],
  profileOf: () => undefined,
  leftMs: () => 0,
};

/** The slots of one room with its members: every room gets them. */
function slotsOfRoom(): ReturnType<typeof allSlots> {
  const room = newRoom(roomName(0));
  const recent = new Recent();
  const act = (json: unknown): void => {
    const context = {
      nowMs: Date.now(),
      actor: { kind: 'api' as const, operator: undefined, as: undefined },
      commandId: '',
      presence,
      recent,
      limits: defaultLimits,
    };
    const decision = decide(room, commandOf(json), context);
    if ('refusal' in decision) throw new Error(decision.refusal.why);
    for (const { event } of decision.events) apply(room, event);
  };
  act({ createRoom: { creator: 'host' } });
  for (let i = 0; i < members; i++) act({ setRole: { account: `member-${i}`, role: 'ROLE_REGULAR' } });
  return allSlots(room);
}

interface Figures {
  readonly gapMs: { readonly p99: number; readonly max: number };
  readonly replyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly snapshots: number;
}

async function measure(snapshotMs: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-bench-'));
  const store = openStore(join(folder, 'rooms'));
  const { projection, snapshots } = embeddedRoomStateParts(store);
  const slots = slotsOfRoom();
  for (let at = 0; at < rooms; at += 500) {
    const some = Array.from({ length: Math.min(500, rooms - at) }, (_, i) => ({ room: roomName(at + i), slots, dueMs: 0 }));
    await projection.write(0, at === 0 ? undefined : 1, 1, some);
  }
  const storage = new MemoryLogStorage({ shards: 1, streams: 1 });
  const log = new MemoryLog(storage);
  await log.tryAppend(0, 0, new Uint8Array(0));
  const read = readConfig(roomStateSettingsTable, { PLAZA_SNAPSHOT_MS: String(snapshotMs), PLAZA_SETTLE_MS: '0' });
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const bus = new MemoryBus();
  const registry = createRegistry('room-state');
  const service = createRoomState(
    { ...read.config, id: 'bench' },
    {
      log,
      keeping: new MemoryKeeping(storage),
      live: new MemoryLive(bus),
      peers: new MemoryPeers(bus),
      projection,
      snapshots,
      clock: systemClock,
      logger: createLogger('bench', 'error'),
      registry,
      address: 'bench',
    },
  );
  await service.start();
  const waits = new Map<number, number>();
  const replyMs: number[] = [];
  const asker = service.door.attach('bench', ({ replies }) => {
    for (const { number } of replies) replyMs.push(performance.now() - waits.get(number)!);
  });
  let number = 0;
  const say = (): void => {
    const { kind, body } = encodeCommand(commandOf({ sendMessage: { body: { text: { text: 'hello' } } } }));
    const room = roomName(++number % Math.min(rooms, 500));
    waits.set(number, performance.now());
    asker.commands([
      { number, room, kind, body, session: 0, commandId: '', facts: undefined, operator: '', asAccount: 'host', disconnected: false },
    ]);
  };
  const until = performance.now() + seconds * 1000;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await pause(500);
  replyMs.length = 0;
  delay.enable();
  while (performance.now() < until) {
    for (let i = 0; i < 5; i++) say();
    await pause(5);
  }
  delay.disable();
  const taken = (await registry.getSingleMetric('plaza_room_state_snapshots_total')!.get()).values.find(
    ({ labels }) => labels['outcome'] === 'taken',
  );
  await service.stop();
  await store.close();
  rmSync(folder, { recursive: true });
  const round = (ms: number): number => Number(ms.toFixed(2));
  return {
    gapMs: { p99: round(delay.percentile(99) / 1e6), max: round(delay.max / 1e6) },
    replyMs: { p50: round(percentile(replyMs, 50)), p99: round(percentile(replyMs, 99)), max: round(percentile(replyMs, 100)) },
    snapshots: taken?.value ?? 0,
  };
}

// The clock's timers keep no process alive.
setInterval(() => undefined, 1000);
// Without: the first one would come later than the measurement ends.
const without = await measure(86_400_000);
const withSnapshots = await measure(100);
const ratio = (a: number, b: number): number => Number((a / b).toFixed(2));
const result = {
  rooms,
  members: rooms * members,
  without,
  withSnapshots,
  ratios: {
    gapP99: ratio(withSnapshots.gapMs.p99, without.gapMs.p99),
    gapMax: ratio(withSnapshots.gapMs.max, without.gapMs.max),
    replyP99: ratio(withSnapshots.replyMs.p99, without.replyMs.p99),
  },
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
keepResult('bench-snapshot', result);
process.exit(0);
