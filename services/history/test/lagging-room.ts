import { parseRoomId, positionAt, shardOf, streamOf } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event, ReadHistory, type HistoryPage, type MessageRecalled } from '@plaza/proto/client';
import { LoggedEvent, Record, RoomBatch } from '@plaza/proto/log';
import { FakeClock } from '@plaza/testkit';
import { CatchUp } from '../src/catch-up.js';
import { ReadHandler } from '../src/handlers/read.js';
import { Ingest } from '../src/ingest.js';
import { LogTails } from '../src/log-tail.js';
import { MemoryMessageStorage, MemoryMessageStore } from '../src/message-store.memory.js';
import { HistoryMetrics } from '../src/metrics.prom.js';
import { Progress } from '../src/progress.js';
import { MemoryRoomIndex } from '../src/room-index.memory.js';

const retentionDays = 10;
const size = { shards: 8, streams: 4 };
type Kind = NonNullable<Event['kind']>;

/** What happens in the room: a message, the end of an account, or a recall of the event so many before it, or of all of an account since the nth. */
export type Happening =
  | { readonly say: string; readonly stored?: boolean; readonly bytes?: number }
  | { readonly recall: number }
  | { readonly recallAll: string; readonly since: number }
  | { readonly erase: string };

/** A room whose log is ahead of the store by as much as a test says. The nth event is of the nth second. */
export class LaggingRoom {
  readonly clock = new FakeClock();
  readonly storage = new MemoryMessageStorage(this.clock);
  readonly logs = new MemoryLogStorage(size);
  readonly shard = shardOf(parseRoomId('a')!, size.shards);
  readonly #startMs = this.clock.now();
  readonly #log = new MemoryLog(this.logs);
  #events = 0;
  #sequence = 0;
  /** What the reader's process knows of its place; undefined: the store is asked. */
  through: number | undefined;

  placeOf(n: number): number {
    return positionAt(this.#startMs + n * 1000);
  }

  /** One record with one batch. */
  happens(...happenings: Happening[]): void {
    const first = this.#events;
    const events = happenings.map((happening, i) => {
      const [position, timeMs] = [this.placeOf(first + i), this.#startMs + (first + i) * 1000];
      const targets = 'erase' in happening ? [happening.erase] : [];
      const event = Event.encode(Event.fromPartial({ position, timeMs, targets, kind: this.#kindOf(happening, first + i) })).finish();
      return LoggedEvent.fromPartial({ position, event, stored: 'say' in happening && happening.stored !== false });
    });
    this.#events += happenings.length;
    const [prev, last] = [first === 0 ? 0 : this.placeOf(first - 1), this.placeOf(this.#events - 1)];
    const batch = { room: 'a', bucket: this.placeOf(0), prev, last, previousSequence: this.#sequence, events };
    this.append({ batches: [batch] });
  }

  append(record: { readonly batches: readonly Partial<RoomBatch>[] }): void {
    const answer = this.logs.append(
      this.shard,
      this.#sequence,
      Record.encode(Record.fromPartial({ batches: record.batches.map((batch) => RoomBatch.fromPartial(batch)) })).finish(),
    );
    if (answer.kind !== 'stored') throw new Error(answer.kind);
    this.#sequence = answer.sequence;
  }

  /** Brings the first records into the store. */
  async readUpTo(sequence: number): Promise<void> {
    const store = new MemoryMessageStore(this.storage);
    const progress = new Progress(this.clock, (stream) => store.cursor(stream));
    const ingest = new Ingest({
      store,
      index: new MemoryRoomIndex(),
      progress,
      metrics: this.#metrics(),
      catchUp: new CatchUp(this.clock),
      clock: this.clock,
      retentionDays,
    });
    const records = (await this.#log.read(this.shard, 1, 100_000)).filter((record) => record.sequence <= sequence);
    if (records.length > 0) await ingest.handle(streamOf(this.shard, size.streams), records);
  }

  async read(page: Partial<ReadHistory> = {}): Promise<HistoryPage & { numbers: number[] }> {
    const store = new MemoryMessageStore(this.storage);
    const progress = new Progress(this.clock, async (stream) => this.through ?? store.cursor(stream));
    const tails = new LogTails(this.#log, this.clock, retentionDays);
    const handler = new ReadHandler({ store, progress, tails, metrics: this.#metrics(), ...size });
    const ask = { room: 'a', page: ReadHistory.fromPartial(page), head: this.placeOf(this.#events - 1), viewer: undefined };
    const answer = handler.read({ ...ask, headSequence: this.#sequence });
    answer.catch(() => undefined);
    await this.clock.pass(1500);
    const found = await answer;
    return { ...found, numbers: found.events.map(({ position }) => this.numberOf(position)) };
  }

  numberOf(position: number): number {
    return (position - this.placeOf(0)) / 1_024_000;
  }

  #metrics(): HistoryMetrics {
    return new HistoryMetrics(new Registry(), () => new Map());
  }

  #kindOf(happening: Happening, n: number): Kind {
    const recalled = (value: Partial<MessageRecalled>): Kind => ({
      $case: 'messageRecalled',
      value: { recalled: 0, account: '', sinceMs: 0, ...value },
    });
    if ('erase' in happening) return { $case: 'accountErased', value: { elements: 0, attributes: 0, profile: false } };
    if ('recall' in happening) return recalled({ recalled: this.placeOf(n - happening.recall) });
    if ('recallAll' in happening) return recalled({ account: happening.recallAll, sinceMs: this.#startMs + happening.since * 1000 });
    const text = 'x'.repeat(happening.bytes ?? 1);
    return Event.fromPartial({
      kind: { $case: 'message', value: { account: happening.say, body: { content: { $case: 'text', value: { text } } } } },
    }).kind!;
  }
}
