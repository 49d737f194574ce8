import { causeOf, type Clock, type Logger } from '@plaza/kit';
import type { Log, StoredRecord } from './log.js';
import { ReaderLag } from './reader-lag.js';
import { runReader, type ReaderNews } from './reader.js';
import { recordTimeOf } from './record.js';

export interface StreamReaderState {
  /** Every record up to this sequence is handled; undefined: the store was not asked yet. */
  readonly through: number | undefined;
  /** Set while the store or the log is away. */
  readonly failing: string | undefined;
  /** Set when the chain broke: the reader has stopped. */
  readonly broken: string | undefined;
  readonly holes: number;
}

export interface StreamWork {
  from(stream: number): Promise<number>;
  handle(stream: number, records: readonly StoredRecord[]): Promise<'done' | 'reread'>;
  on(stream: number, news: ReaderNews): void;
}

interface Running {
  readonly ended: AbortController;
  readonly lag: ReaderLag;
  done: Promise<void>;
  state: StreamReaderState;
}

const fresh: StreamReaderState = { through: undefined, failing: undefined, broken: undefined, holes: 0 };

/** A process's readers, one for each stream that is its to read now. */
export class StreamReaders {
  readonly #running = new Map<number, Running>();

  constructor(
    private readonly parts: { readonly log: Log; readonly clock: Clock; readonly logger: Logger },
    private readonly work: StreamWork,
  ) {}

  /** From now on these streams, and no others. A reader that has stopped for good is not started again. */
  assign(streams: readonly number[]): void {
    for (const [stream, running] of this.#running) {
      if (streams.includes(stream)) continue;
      running.ended.abort();
      this.#running.delete(stream);
    }
    for (const stream of streams) if (!this.#running.has(stream)) this.#start(stream);
  }

  /** Undefined: the stream is not read here. */
  state(stream: number): StreamReaderState | undefined {
    return this.#running.get(stream)?.state;
  }

  states(): ReadonlyMap<number, StreamReaderState> {
    return new Map([...this.#running].map(([stream, { state }]) => [stream, state]));
  }

  /** How old the oldest record is that each has read and not stored, ms; 0: none. */
  lags(): ReadonlyMap<number, number> {
    const nowMs = this.parts.clock.now();
    return new Map([...this.#running].map(([stream, { lag }]) => [stream, lag.at(nowMs)]));
  }

  /** Resolves when the last batch under way is handled or given up. */
  async stop(): Promise<void> {
    const running = [...this.#running.values()];
    this.assign([]);
    await Promise.all(running.map(({ done }) => done));
  }

  #start(stream: number): void {
    const ended = new AbortController();
    const running: Running = { ended, lag: new ReaderLag(), state: fresh, done: Promise.resolve() };
    const on = (news: ReaderNews): void => {
      running.state = next(running.state, news);
      this.work.on(stream, news);
    };
    const work = {
      from: () => this.work.from(stream),
      handle: async (records: readonly StoredRecord[]) => {
        running.lag.takes(recordTimeOf(records[0]!.bytes));
        const answer = await this.work.handle(stream, records);
        running.lag.done(this.parts.clock.now());
        return answer;
      },
      on,
    };
    running.done = runReader({ ...this.parts, stream, work, signal: ended.signal }).catch((error: unknown) => {
      running.state = { ...running.state, broken: causeOf(error) };
      this.parts.logger.error({ event: 'reader-stopped', stream, cause: causeOf(error) });
    });
    this.#running.set(stream, running);
  }
}

function next(state: StreamReaderState, news: ReaderNews): StreamReaderState {
  switch (news.kind) {
    case 'begun':
      return { ...state, through: news.from - 1, failing: undefined };
    case 'done':
      return { ...state, through: news.through, failing: undefined };
    case 'failed':
      return { ...state, failing: news.cause };
    case 'hole':
      return { ...state, holes: state.holes + 1 };
  }
}
