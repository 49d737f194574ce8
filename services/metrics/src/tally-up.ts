import type { Clock } from '@plaza/kit';
import type { ReaderNews, StoredRecord, StreamWork } from '@plaza/log';
import { additionsOf, recordOf } from './additions.js';
import type { Calendar } from './calendar.js';
import { uncounted, type Counted, type Counters } from './counters.js';
import type { ServiceMetrics } from './metrics.prom.js';

/** So many senders of a stream are known to be counted; more begin anew, and are only merged again. */
const knownSenders = 100_000;

interface TallyUpParts {
  readonly counters: Counters;
  readonly calendar: Calendar;
  readonly metrics: ServiceMetrics;
  readonly clock: Clock;
}

/** Adds up a stream's records into the counters. Exactly once: the cursor that this process read last has to be the stored one. */
export class TallyUp implements StreamWork {
  readonly #counted = new Map<number, Counted>();
  /** Streams of which a batch is being counted. */
  readonly #busy = new Set<number>();
  /** Who is in the stored sketches by a message, by stream. */
  readonly #senders = new Map<number, Set<string>>();
  /** How far was counted when a stream was last asked to rest. */
  readonly #restedAt = new Map<number, Counted>();
  /** The first records after a hole, by stream: sequences. */
  readonly #holes = new Map<number, Set<number>>();

  constructor(private readonly parts: TallyUpParts) {}

  async from(stream: number): Promise<number> {
    const counted = await this.parts.counters.counted(stream);
    this.#counted.set(stream, counted);
    this.#holes.delete(stream);
    this.#senders.delete(stream);
    return counted.cursor + 1;
  }

  async handle(stream: number, records: readonly StoredRecord[]): Promise<'done' | 'reread'> {
    const { counters, calendar, metrics, clock } = this.parts;
    this.#busy.add(stream);
    const read = records.map(recordOf);
    const before = this.#counted.get(stream) ?? uncounted;
    const lastMs = Math.min(read.at(-1)!.timeMs, clock.now());
    const gapsMs = records.flatMap(({ sequence }, i) => (this.#holes.get(stream)?.has(sequence) === true ? [read[i]!.timeMs] : []));
    const after = {
      cursor: records.at(-1)!.sequence,
      asOfMs: Math.max(before.asOfMs, lastMs),
      wholeFromMs: Math.max(before.wholeFromMs, ...gapsMs),
    };
    const { additions, senders } = additionsOf(read, calendar, (sender) => this.#senders.get(stream)?.has(sender) === true);
    const answer = await counters.add(stream, before.cursor, after, additions);
    if ('cursor' in answer) {
      metrics.overtaken();
      return 'reread';
    }
    this.#holes.delete(stream);
    this.#counted.set(stream, after);
    this.#busy.delete(stream);
    this.#know(stream, senders);
    metrics.added(stream, after.cursor, additions.length, answer.late);
    return 'done';
  }

  /**
   * Asked again and again: where nothing has come since it was asked last, what is counted is as of now. In a stream that is still being caught up with
   * something has always come.
   */
  async rest(stream: number): Promise<void> {
    const before = this.#counted.get(stream);
    const restedAt = this.#restedAt.get(stream);
    if (before !== undefined) this.#restedAt.set(stream, before);
    if (before === undefined || before !== restedAt || this.#busy.has(stream)) return;
    const after = { ...before, asOfMs: Math.max(before.asOfMs, this.parts.clock.now()) };
    const answer = await this.parts.counters.add(stream, before.cursor, after, []);
    if ('cursor' in answer || this.#counted.get(stream) !== before) return;
    this.#counted.set(stream, after);
    this.#restedAt.set(stream, after);
  }

  #know(stream: number, senders: readonly string[]): void {
    const known = this.#senders.get(stream) ?? new Set<string>();
    if (known.size + senders.length > knownSenders) known.clear();
    for (const sender of senders) known.add(sender);
    this.#senders.set(stream, known);
  }

  on(stream: number, news: ReaderNews): void {
    if (news.kind === 'begun') this.#busy.delete(stream);
    if (news.kind === 'failed') this.parts.metrics.failed();
    if (news.kind !== 'hole') return;
    this.parts.metrics.hole();
    this.#holes.set(stream, (this.#holes.get(stream) ?? new Set<number>()).add(news.sequence));
  }
}
