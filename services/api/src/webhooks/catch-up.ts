import { causeOf, type Clock, type Logger } from '@plaza/kit';
import { runReader, type Log, type ReaderNews, type StoredRecord } from '@plaza/log';
import type { Feed } from './feed.js';
import { eventsOf, type RecordEvents } from './room-events.js';

const limits = { maxRecords: 100, maxBytes: 1024 * 1024, intervalMs: 100 };

export interface CatchUpWork {
  take(record: RecordEvents): void;
  /** Whether it has come up with the reader of all. */
  isLevel(): boolean;
  level(): void;
  hole(): void;
}

/** Reads a stream for one endpoint that is behind, as fast as that endpoint takes it, until it is level with the reader of all. */
export class CatchUp {
  readonly #ended = new AbortController();

  constructor(
    private readonly parts: { readonly log: Log; readonly clock: Clock; readonly logger: Logger },
    private readonly feed: Feed,
    private readonly work: CatchUpWork,
  ) {}

  start(): void {
    const { feed, parts } = this;
    const work = {
      from: async () => feed.accepted + 1,
      handle: (records: readonly StoredRecord[]) => this.#handle(records),
      on: (news: ReaderNews) => this.#on(news),
    };
    runReader({ ...parts, stream: feed.stream, work, signal: this.#ended.signal, limits }).catch((error: unknown) => {
      feed.failed(parts.clock.now(), `the log cannot be read: ${causeOf(error)}`);
      parts.logger.error({ event: 'webhook-reader-stopped', stream: feed.stream, cause: causeOf(error) });
    });
  }

  end(): void {
    this.#ended.abort();
  }

  async #handle(records: readonly StoredRecord[]): Promise<'done'> {
    const { signal } = this.#ended;
    for (const record of records) {
      await this.feed.untilRoom(signal);
      if (signal.aborted) return 'done';
      if (record.sequence > this.feed.accepted) this.work.take(eventsOf(record));
      if (!this.work.isLevel()) continue;
      this.work.level();
      this.end();
      return 'done';
    }
    return 'done';
  }

  #on(news: ReaderNews): void {
    if (news.kind !== 'hole') return;
    this.feed.hole();
    this.work.hole();
  }
}
