import type { Clock } from '@plaza/kit';
import type { ReaderNews, StoredRecord, StreamWork } from '@plaza/log';
import type { CatchUp } from './catch-up.js';
import { eraseRows } from './erasures.js';
import type { HistoryMetrics } from './metrics.prom.js';
import type { MessageStore } from './message-store.js';
import type { Progress } from './progress.js';
import { takeBack } from './recalls.js';
import { newestTraces, type RoomIndex } from './room-index.js';
import { rowsOf } from './rows.js';

/** Brings the messages of a stream's records into the store, then moves the cursor. Everything may happen again without a trace. */
export class Ingest implements StreamWork {
  /** The cursor as this process knows it. */
  readonly #through = new Map<number, number>();
  readonly #metrics: HistoryMetrics;

  constructor(
    private readonly parts: {
      store: MessageStore;
      index: RoomIndex;
      progress: Progress;
      metrics: HistoryMetrics;
      catchUp: CatchUp;
      clock: Clock;
      retentionDays: number;
    },
  ) {
    this.#metrics = parts.metrics;
  }

  async from(stream: number): Promise<number> {
    const cursor = await this.parts.store.cursor(stream);
    this.parts.index.begin();
    this.#through.set(stream, cursor);
    return cursor + 1;
  }

  async handle(stream: number, records: readonly StoredRecord[]): Promise<'done' | 'reread'> {
    const { store, index, catchUp, clock, retentionDays } = this.parts;
    const begunMs = clock.now();
    const cursor = await store.cursor(stream);
    // A store that went back in time (one node without replicas, killed) has lost rows after its cursor.
    if (cursor < (this.#through.get(stream) ?? 0)) return 'reread';
    const read = records.map((record) => rowsOf(record, retentionDays));
    const rows = read.flatMap((record) => record.rows);
    if (rows.length > 0) await store.write(rows);
    // Behind the rows of this page, and before newer ones: what is taken back stays away.
    const changes = newestTraces(read.flatMap((record) => record.index));
    await index.apply(changes.filter(({ kind }) => kind !== 'erased'));
    for (const recall of read.flatMap((record) => record.recalls))
      await (recall.everything ? eraseRows({ store, index }, recall) : takeBack(store, recall));
    // Traces lead to the rows, so they go after them.
    await index.apply(changes.filter(({ kind }) => kind === 'erased'));
    const through = Math.max(cursor, records.at(-1)!.sequence);
    await store.moveCursor(stream, through);
    this.#through.set(stream, through);
    this.#metrics.wrote(stream, through, rows.length);
    await catchUp.rest(begunMs, read[0]?.timeMs ?? begunMs);
    return 'done';
  }

  on(stream: number, news: ReaderNews): void {
    if (news.kind === 'failed') this.#metrics.failed();
    else if (news.kind === 'hole') this.#metrics.hole();
    else this.parts.progress.moved();
  }
}
