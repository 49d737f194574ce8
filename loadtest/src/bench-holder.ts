import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MemoryBus, MemoryLive, MemoryPeers } from '@plaza/bus/memory';
import type { Command } from '@plaza/domain';
import { createLogger, createRegistry, Numbered, readConfig, systemClock } from '@plaza/kit';
import { openStore } from '@plaza/kit/lmdb';
import { MemoryKeeping, MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { ClientFrame, Event, Reply } from '@plaza/proto/client';
import { SessionFacts, type Entry, type EntryReply } from '@plaza/proto/room';
import { decodeCommand, encodeCommand } from '@plaza/protocol';
import { createRoomState, embeddedRoomStateParts, roomStateSettingsTable, type RoomState } from '@plaza/room-state';
import { cpuMicros, percentile } from './machine.js';
import { keepResult } from './report.js';

/**
 * `npm run bench:holder [-- --rate 4000 --seconds 8]`: CPU of a message in a holder alone: one process, the log, live frames and beats in its memory, no sockets and no gRPC. Into one
 * room, and over 1,000 rooms, where each message is a record of its own. Beside it what reading the command and writing the event and the reply as protobuf costs in the
 * same run, and the ratio: what is above 1 is deciding, remembering and telling.
 */
const { values } = parseArgs({ options: { rate: { type: 'string', default: '4000' }, seconds: { type: 'string', default: '8' } } });
const [rate, seconds] = [Number(values.rate), Number(values.seconds)] as [number, number];
const sessions = 500;
const shards = 256;
const warmSeconds = 4;
const pacedMs = 2;

const commandOf = (json: unknown): Command => ClientFrame.fromJSON(json).body as Command;
const message = encodeCommand(commandOf({ sendMessage: { body: { text: { text: 'x'.repeat(100) } }, options: { audience: 'observer' } } }));

/** A holder, and an edge without sockets before it. */
class Bench {
  readonly #waiting = new Numbered<(reply: EntryReply) => void>();
  readonly #asker;

  constructor(private readonly service: RoomState) {
    this.#asker = service.door.attach('bench', ({ replies }) => {
      for (const reply of replies) {
        this.#waiting.get(reply.number)?.(reply);
        this.#waiting.delete(reply.number);
      }
    });
  }

  ask(room: string, { kind, body }: Pick<Entry, 'kind' | 'body'>, session: number, facts?: SessionFacts): Promise<string> {
    return new Promise((resolve) => {
      const number = this.#waiting.add(({ reply }) => resolve(Reply.decode(reply).result?.$case ?? 'nothing'));
      const base = { operator: '', asAccount: '', disconnected: false, commandId: `~bench.${number.toString(36)}` };
      this.#asker.commands([{ number, room, kind, body, session, facts, ...base }]);
    });
  }

  async open(rooms: readonly string[]): Promise<void> {
    for (const room of rooms) await this.#must('done', this.ask(room, encodeCommand(commandOf({ createRoom: { creator: 'host' } })), 0));
    for (let session = 1; session <= Math.max(sessions, rooms.length); session++) {
      const room = rooms[session % rooms.length]!;
      const facts = SessionFacts.create({ session, room, account: `guest-${session}`, enteredMs: Date.now() });
      await this.#must('joined', this.ask(room, encodeCommand(commandOf({ join: {} })), session, facts));
    }
  }

  /** So many messages a second; the CPU of one, and how long its answer took. Throws where one was not accepted. */
  async talk(rooms: readonly string[], perSecond: number, forSeconds: number): Promise<{ micros: number; replyMs: number[] }> {
    const total = perSecond * forSeconds;
    const replyMs: number[] = [];
    const senders = Math.max(sessions, rooms.length);
    const [cpu, startMs] = [cpuMicros(process.pid), performance.now()];
    const answers: Promise<void>[] = [];
    while (answers.length < total) {
      const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1000) * perSecond));
      while (answers.length < due) {
        const session = 1 + (answers.length % senders);
        const sentMs = performance.now();
        const answered = this.#must('accepted', this.ask(rooms[session % rooms.length]!, message, session));
        answers.push(answered.then(() => void replyMs.push(performance.now() - sentMs)));
      }
      await new Promise((resolve) => setTimeout(resolve, pacedMs));
    }
    await Promise.all(answers);
    return { micros: (cpuMicros(process.pid) - cpu) / total, replyMs };
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  async #must(wanted: string, asked: Promise<string>): Promise<void> {
    const answer = await asked;
    if (answer !== wanted) throw new Error(`${answer} instead of ${wanted}`);
  }
}

async function measured(count: number, perSecond: number): Promise<{ micros: number; replyMs: { p50: number; p99: number } }> {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-bench-'));
  const store = openStore(join(folder, 'rooms'));
  const read = readConfig(roomStateSettingsTable, { PLAZA_SETTLE_MS: '0' });
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const storage = new MemoryLogStorage({ shards, streams: 4 });
  const bus = new MemoryBus();
  const service = createRoomState(
    { ...read.config, id: 'bench' },
    {
      ...{ log: new MemoryLog(storage), keeping: new MemoryKeeping(storage), live: new MemoryLive(bus), peers: new MemoryPeers(bus) },
      ...embeddedRoomStateParts(store),
      ...{ clock: systemClock, logger: createLogger('bench', 'error'), registry: createRegistry('room-state'), address: 'bench' },
    },
  );
  await service.start();
  const bench = new Bench(service);
  const rooms = Array.from({ length: count }, (_, i) => `room-${i}`);
  await bench.open(rooms);
  await bench.talk(rooms, perSecond, warmSeconds);
  const { micros, replyMs } = await bench.talk(rooms, perSecond, seconds);
  await bench.stop();
  await store.close();
  rmSync(folder, { recursive: true });
  const round = (value: number): number => Number(value.toFixed(1));
  return { micros: round(micros), replyMs: { p50: round(percentile(replyMs, 50)), p99: round(percentile(replyMs, 99)) } };
}

/** The same message as protobuf only: its command read, its event and its reply written. */
function protobufMicros(times: number): number {
  const fields = { account: 'guest-1', nickname: 'guest-1', class: 'MESSAGE_CLASS_NORMAL', body: { text: { text: 'x'.repeat(100) } } };
  const event = Event.fromJSON({ position: '1795872137956000', timeMs: '1795872137956', operator: 'guest-1', message: fields });
  const reply = Reply.fromJSON({ accepted: { messageId: '1795872137956000', position: '1795872137956000' } });
  const startMicros = cpuMicros(process.pid);
  for (let i = 0; i < times; i++) {
    decodeCommand(message.kind, message.body);
    Event.encode(event).finish();
    Reply.encode(reply).finish();
  }
  return (cpuMicros(process.pid) - startMicros) / times;
}

// The clock's timers keep no process alive.
setInterval(() => undefined, 1000);
protobufMicros(50_000);
const protobuf = Number(protobufMicros(200_000).toFixed(2));
const ratio = (micros: number): number => Number((micros / protobuf).toFixed(1));
const oneRoom = await measured(1, rate);
const manyRooms = await measured(1000, Math.ceil(rate / 4));
const result = {
  perSecond: { oneRoom: rate, manyRooms: Math.ceil(rate / 4) },
  protobufMicros: protobuf,
  oneRoom: { ...oneRoom, ratio: ratio(oneRoom.micros) },
  manyRooms: { ...manyRooms, ratio: ratio(manyRooms.micros) },
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
keepResult('bench-holder', result);
process.exit(0);
