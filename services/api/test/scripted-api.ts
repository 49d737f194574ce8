import { createHash } from 'node:crypto';
import { ReaderUnavailable, type HistoryReader, type MetricsReader, type RoomDoor } from '@plaza/bus';
import { LocalRoomGateway, MemoryBus, MemoryLive, MemoryPeers } from '@plaza/bus/memory';
import { accountsRoom, positionAt, shardOf, type RoomId } from '@plaza/domain';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { createLogger, createRegistry, readConfig, systemClock, type Registry } from '@plaza/kit';
import { Event, Reply, type HistoryPage } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';
import { EntryOutcome, type Beat, type BulkAnswer, type Entry } from '@plaza/proto/room';
import type { RoomsAsk, RoomsPage, TraceCount, TracesAsk, TracesPage } from '@plaza/proto/history';
import type { FiguresAsk, FiguresSeries, TopRoomsAsk, TopRoomsPage } from '@plaza/proto/metrics';
import { decodeCommand, type RoomCommand } from '@plaza/protocol';
import { createApi, type Api } from '../src/compose.js';
import { apiTable, type ApiConfig } from '../src/config.js';
import { MemoryAudit, MemoryAuditStorage } from '../src/audit/audit.memory.js';
import { MemoryKeys } from '../src/keys.memory.js';
import { MemoryDeadLetters } from '../src/webhooks/dead-letters.memory.js';
import { MemoryDeliveries } from '../src/webhooks/deliveries.memory.js';

export const apiKey = 'a-key-of-this-test-and-no-other';
export const tokenSecret = 'the-token-secret-of-this-test-0123456789';
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The head that every scripted reply carries. */
export const head = 4096;
/** The log sequence of every scripted room's newest batch. */
export const headSequence = 77;

type Result = NonNullable<Reply['result']>;
export interface Seen {
  readonly command: RoomCommand;
  readonly entry: Entry;
}

const nobodyRestricted: Result = { $case: 'restrictionPage', value: { restrictions: [], next: '' } };
const encodeReply = (result: Result): Uint8Array => Reply.encode({ id: 0, head, result }).finish();

/** One room-state process that answers as it is told and remembers what it was asked. */
export class ScriptedDoor implements RoomDoor {
  readonly seen: Seen[] = [];
  /** Shards that it was asked to take. */
  readonly taken: number[] = [];
  /** Undefined: no answer. */
  answer: (seen: Seen) => Result | undefined = () => ({ $case: 'done', value: { position: head } });

  attach(_asker: string, replies: Parameters<RoomDoor['attach']>[1]): ReturnType<RoomDoor['attach']> {
    return {
      commands: (entries) => {
        for (const entry of entries) {
          const reply = this.#reply(entry);
          if (reply !== undefined) {
            replies({
              replies: [{ number: entry.number, outcome: EntryOutcome.ENTRY_OUTCOME_ANSWERED, reply }],
              ended: [],
              deliveries: [],
            });
          }
        }
      },
      ask: (ask) => this.#ask(ask),
      detach: () => undefined,
    };
  }

  /** The newest command that it was asked. */
  get last(): Seen {
    const seen = this.seen.at(-1);
    if (seen === undefined) throw new Error('nothing was asked');
    return seen;
  }

  #reply(entry: Entry): Uint8Array | undefined {
    const command = decodeCommand(entry.kind, entry.body);
    if (command === undefined) throw new Error(`kind ${entry.kind} cannot be read`);
    if (command.$case === 'listRestrictions' && entry.room === accountsRoom) return encodeReply(nobodyRestricted);
    const seen = { command, entry };
    this.seen.push(seen);
    const result = this.answer(seen);
    return result === undefined ? undefined : encodeReply(result);
  }

  async *#ask(ask: Parameters<ReturnType<RoomDoor['attach']>['ask']>[0]): AsyncGenerator<Omit<BulkAnswer, 'number'>> {
    await Promise.resolve();
    if (ask.$case === 'heads') {
      const heads = ask.value.rooms.map((room) => ({ room, head, epoch: 1, sequence: headSequence }));
      return yield { done: true, answer: { $case: 'heads', value: { heads } } };
    }
    if (ask.$case === 'takeShard') {
      this.taken.push(ask.value.shard);
      return yield { done: true, answer: { $case: 'takingShard', value: {} } };
    }
    if (ask.$case !== 'query') throw new Error('not what api asks');
    const reply = this.#reply(ask.value);
    if (reply === undefined) return;
    const answer = { number: ask.value.number, outcome: EntryOutcome.ENTRY_OUTCOME_ANSWERED, reply };
    yield { done: true, answer: { $case: 'query', value: answer } };
  }
}

/** Readers that give a page, or are away. */
export class ScriptedReaders {
  readonly historyAsks: Parameters<HistoryReader['read']>[0][] = [];
  readonly metricsAsks: (TopRoomsAsk | FiguresAsk)[] = [];
  readonly roomsAsks: RoomsAsk[] = [];
  historyPage: HistoryPage | undefined;
  roomsPage: RoomsPage | undefined;
  topRooms: TopRoomsPage | undefined;
  figures: FiguresSeries | undefined;
  readonly tracesAsks: TracesAsk[] = [];
  tracesPage: TracesPage | undefined;
  traceCount: TraceCount | undefined;

  readonly history: HistoryReader = {
    read: (ask) => {
      this.historyAsks.push(ask);
      return this.historyPage === undefined ? Promise.reject(new ReaderUnavailable('away')) : Promise.resolve(this.historyPage);
    },
    rooms: (ask) => {
      this.roomsAsks.push(ask);
      return this.roomsPage === undefined ? Promise.reject(new ReaderUnavailable('away')) : Promise.resolve(this.roomsPage);
    },
    traces: (ask) => {
      this.tracesAsks.push(ask);
      return this.tracesPage === undefined ? Promise.reject(new ReaderUnavailable('away')) : Promise.resolve(this.tracesPage);
    },
    countTraces: () => (this.traceCount === undefined ? Promise.reject(new ReaderUnavailable('away')) : Promise.resolve(this.traceCount)),
  };
  readonly metrics: MetricsReader = {
    topRooms: (ask) => {
      this.metricsAsks.push(ask);
      return this.topRooms === undefined ? Promise.reject(new ReaderUnavailable('away')) : Promise.resolve(this.topRooms);
    },
    readFigures: (ask) => {
      this.metricsAsks.push(ask);
      return this.figures === undefined ? Promise.reject(new ReaderUnavailable('away')) : Promise.resolve(this.figures);
    },
  };
}

export interface ScriptedApi {
  readonly api: Api;
  readonly door: ScriptedDoor;
  readonly readers: ScriptedReaders;
  readonly peers: MemoryPeers;
  readonly registry: Registry;
  readonly audit: MemoryAuditStorage;
  /** Every log line of the api so far. */
  readonly lines: string[];
  beat(beat: Partial<Beat>): void;
  readonly letters: MemoryDeadLetters;
  /** A message of a room, in the log as a holder writes it. */
  say(room: string, text: string): void;
  /** With the API key, unless `headers` say otherwise. A body that is no string is sent as JSON. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

const shards = 4;
const address = 'local:1';

export function configOf(over: Partial<ApiConfig> = {}): ApiConfig {
  const env = { PLAZA_API_KEYS: sha256(apiKey), PLAZA_TOKEN_SECRET: tokenSecret, PLAZA_API_PORT: '0', PLAZA_SHARDS: String(shards) };
  const read = readConfig(apiTable, env);
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  return { ...read.config, ...over };
}

/** An api on a port of its own, whose rooms, history and figures are scripted. */
export async function startScriptedApi(over: Partial<ApiConfig> = {}): Promise<ScriptedApi> {
  const bus = new MemoryBus();
  const others = new MemoryPeers(bus);
  const [gateway, door, readers, lines] = [new LocalRoomGateway(), new ScriptedDoor(), new ScriptedReaders(), [] as string[]];
  gateway.serve(address, door);
  const logger = createLogger('api', 'trace', { write: (line: string) => void lines.push(line) });
  const registry = createRegistry('api');
  const { history, metrics } = readers;
  const storage = new MemoryLogStorage({ shards, streams: 2 });
  const log = new MemoryLog(storage);
  const letters = new MemoryDeadLetters();
  const audit = new MemoryAuditStorage();
  const parts = {
    log,
    audit: new MemoryAudit(audit),
    deliveries: new MemoryDeliveries(),
    letters,
    live: new MemoryLive(bus),
    peers: new MemoryPeers(bus),
    keys: new MemoryKeys(),
    clock: systemClock,
  };
  const api = createApi(configOf(over), { ...parts, gateway, history, metrics, logger, registry });
  await api.start();
  const beat = (one: Partial<Beat>): void =>
    others.beat({ kind: 'edge', id: 'x', address: '', atMs: Date.now(), shards: [], draining: false, ...one });
  const beatAll = (): void => {
    beat({ kind: 'room-state', id: 'h1', address, shards: Array.from({ length: shards }, (_, shard) => ({ shard, epoch: 1 })) });
    beat({ id: 'e1', address: 'ws://e1/v1/connect' });
  };
  beatAll();
  // As they live, however long a suite takes.
  const beating = setInterval(beatAll, 1000);
  const stop = async (): Promise<void> => {
    clearInterval(beating);
    await api.stop();
  };
  const say = writer(storage);
  return { api, door, readers, peers: others, registry, audit, lines, beat, letters, say, ask: asker(api), stop };
}

/** Writes records of one message each, all in order. */
function writer(storage: MemoryLogStorage): (room: string, text: string) => void {
  const last = new Map<number, number>();
  return (room, text) => {
    const [shard, position] = [shardOf(room as RoomId, shards), positionAt(Date.now())];
    const kind = { $case: 'message', value: { account: 'ann', body: { content: { $case: 'text', value: { text } } } } } as const;
    const event = Event.encode(Event.fromPartial({ position, timeMs: Date.now(), kind })).finish();
    const batches = [{ room, last: position, events: [{ position, event, stored: true }] }];
    const bytes = LogRecord.encode(LogRecord.fromPartial({ id: text, timeMs: Date.now(), batches })).finish();
    const appended = storage.append(shard, last.get(shard) ?? 0, bytes);
    if (appended.kind === 'stored') last.set(shard, appended.sequence);
  };
}

const asker =
  (api: Api): ScriptedApi['ask'] =>
  async (method, path, body, headers) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${api.url()}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${apiKey}`, ...type, ...headers },
      ...sent,
    });
    const text = await response.text();
    const json = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
      ? (JSON.parse(text) as Record<string, unknown>)
      : {};
    return { status: response.status, headers: response.headers, text, json };
  };
