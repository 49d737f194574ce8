import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The figures of one history on the registry of its process. */
export class HistoryMetrics {
  readonly #rows: Counter;
  readonly #batches: Counter;
  readonly #failures: Counter;
  readonly #holes: Counter;
  readonly #sequence: Gauge<'stream'>;
  readonly #reads: Histogram<'outcome'>;

  /** `lagsMs`: how far the reader of each stream that is read here is behind. */
  constructor(registry: Registry, lagsMs: () => ReadonlyMap<number, number>) {
    const registers = [registry];
    const counter = (name: string, help: string): Counter => new Counter({ name: `plaza_history_${name}_total`, help, registers });
    this.#rows = counter('rows', 'Messages written');
    this.#batches = counter('batches', 'Batches of records written');
    this.#failures = counter('failures', 'Batches that could not be written or records that could not be read, at each try');
    this.#holes = counter('holes', 'Shards whose records had aged out before they were read');
    this.#sequence = new Gauge({
      name: 'plaza_history_reader_sequence',
      help: 'The log sequence up to which a stream is written',
      labelNames: ['stream'],
      registers,
    });
    this.#reads = new Histogram({
      name: 'plaza_history_read_seconds',
      help: 'How long reads of a page took, the wait for the reader included',
      labelNames: ['outcome'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    new Gauge({
      name: 'plaza_history_reader_lag_seconds',
      help: 'The age of the oldest record that was read and is not written yet, or was not a moment ago; 0: none',
      labelNames: ['stream'],
      registers,
      collect() {
        this.reset();
        for (const [stream, lagMs] of lagsMs()) this.set({ stream }, lagMs / 1000);
      },
    });
  }

  wrote(stream: number, through: number, rows: number): void {
    this.#sequence.set({ stream }, through);
    this.#batches.inc();
    this.#rows.inc(rows);
  }

  failed(): void {
    this.#failures.inc();
  }

  hole(): void {
    this.#holes.inc();
  }

  /** The result is called when the read has ended. */
  readStarted(): (outcome: 'answered' | 'failed') => void {
    const end = this.#reads.startTimer();
    return (outcome) => void end({ outcome });
  }
}
