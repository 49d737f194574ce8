import type { ReaderNews, StoredRecord, StreamWork } from '@plaza/log';
import type { Counters } from './counters.js';
import { countsOf, summed } from './increments.js';
import type { ServiceMetrics } from './metrics.prom.js';

/** Adds up a stream's records into the counters. Exactly once: the cursor that this process read last has to be the stored one. */
export class TallyUp implements StreamWork {
  readonly #cursors = new Map<number, number>();

  constructor(
    private readonly counters: Counters,
    private readonly metrics: ServiceMetrics,
  ) {}

  async from(stream: number): Promise<number> {
    const cursor = await this.counters.cursor(stream);
    this.#cursors.set(stream, cursor);
    return cursor + 1;
  }

  async handle(stream: number, records: readonly StoredRecord[]): Promise<'done' | 'reread'> {
    const read = records.map(countsOf);
    this.metrics.inHand(stream, read[0]?.timeMs ?? 0);
    const through = records.at(-1)!.sequence;
    const increments = summed(read.flatMap(({ counts }) => counts));
    const answer = await this.counters.add(stream, this.#cursors.get(stream) ?? 0, through, increments);
    if (answer !== 'added') {
      this.metrics.overtaken();
      return 'reread';
    }
    this.#cursors.set(stream, through);
    this.metrics.added(stream, through, increments.length);
    return 'done';
  }

  on(_stream: number, news: ReaderNews): void {
    if (news.kind === 'failed') this.metrics.failed();
    if (news.kind === 'hole') this.metrics.hole();
  }
}
