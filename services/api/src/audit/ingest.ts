import type { ReaderNews, StoredRecord, StreamWork } from '@plaza/log';
import type { AuditMetrics } from './audit-metrics.prom.js';
import type { Audit } from './audit.js';
import { chained } from './entry.js';
import { actsIn } from './read-record.js';

/**
 * Brings the management acts of a stream's records into its chain. What is written follows from the log and the chain's head alone, so it does no harm
 * when two processes read one stream, or when records come again: those that the head has passed are known by their sequence.
 */
export class AuditIngest implements StreamWork {
  /** The head's sequence as this process saw it last. */
  readonly #through = new Map<number, number>();
  /** By stream: the records before which others had aged out unread. */
  readonly #holes = new Map<number, Set<number>>();

  constructor(
    private readonly audit: Audit,
    private readonly metrics: AuditMetrics,
  ) {}

  async from(stream: number): Promise<number> {
    const { sequence } = await this.audit.head(stream);
    this.#through.set(stream, sequence);
    return sequence + 1;
  }

  async handle(stream: number, records: readonly StoredRecord[]): Promise<'done' | 'reread'> {
    const head = await this.audit.head(stream);
    // A store that went back in time (one node without replicas, killed) has lost entries after its head.
    if (head.sequence < (this.#through.get(stream) ?? 0)) return 'reread';
    const news = records.filter(({ sequence }) => sequence > head.sequence);
    const acts = news.flatMap((record) => actsIn(record, this.#holes.get(stream)?.has(record.sequence)));
    const sequence = news.at(-1)?.sequence ?? head.sequence;
    const entries = chained(stream, head, acts);
    const { number, hash } = entries.at(-1) ?? head;
    if (news.length > 0 && (await this.audit.append(stream, head, entries, { sequence, number, hash })) === 'moved') return 'reread';
    this.#through.set(stream, sequence);
    this.#holes.delete(stream);
    this.metrics.wrote(stream, sequence, entries);
    return 'done';
  }

  on(stream: number, news: ReaderNews): void {
    if (news.kind === 'failed') this.metrics.failed();
    if (news.kind !== 'hole') return;
    this.metrics.hole();
    this.#holes.set(stream, (this.#holes.get(stream) ?? new Set()).add(news.sequence));
  }
}
