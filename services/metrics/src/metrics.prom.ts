import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The figures of one metrics service about itself, on the registry of its process. */
export class ServiceMetrics {
  readonly #increments: Counter;
  readonly #batches: Counter;
  readonly #failures: Counter;
  readonly #overtaken: Counter;
  readonly #holes: Counter;
  readonly #late: Counter;
  readonly #copies: Counter;
  readonly #copyFailures: Counter;
  readonly #sequence: Gauge<'stream'>;
  readonly #queries: Histogram<'outcome'>;

  /** `lagsMs`: how far the reader of each stream that is read here is behind. */
  constructor(registry: Registry, lagsMs: () => ReadonlyMap<number, number>) {
    const registers = [registry];
    const counter = (name: string, help: string): Counter => new Counter({ name: `plaza_metrics_${name}_total`, help, registers });
    this.#increments = counter('increments', 'Figures of a room and period that were increased');
    this.#batches = counter('batches', 'Batches of records counted');
    this.#failures = counter('failures', 'Batches that could not be counted or records that could not be read, at each try');
    this.#overtaken = counter('overtaken', 'Batches that were not counted because the stored cursor was another');
    this.#holes = counter('holes', 'Shards whose records had aged out before they were counted');
    this.#late = counter('late', 'Figures of a room and period that came after the period was copied and let go: they are not counted');
    this.#copies = counter('copies', 'Closed periods of a stream that were copied to the archive');
    this.#copyFailures = counter('copy_failures', 'Rounds of copying that broke off');
    this.#sequence = new Gauge({
      name: 'plaza_metrics_reader_sequence',
      help: 'The log sequence up to which a stream is counted',
      labelNames: ['stream'],
      registers,
    });
    this.#queries = new Histogram({
      name: 'plaza_metrics_query_seconds',
      help: 'How long answers took',
      labelNames: ['outcome'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5],
      registers,
    });
    new Gauge({
      name: 'plaza_metrics_reader_lag_seconds',
      help: 'The age of the oldest record that was read and is not counted yet, or was not a moment ago; 0: none',
      labelNames: ['stream'],
      registers,
      collect() {
        this.reset();
        for (const [stream, lagMs] of lagsMs()) this.set({ stream }, lagMs / 1000);
      },
    });
  }

  added(stream: number, through: number, increments: number, late: number): void {
    this.#sequence.set({ stream }, through);
    this.#batches.inc();
    this.#increments.inc(increments - late);
    this.#late.inc(late);
  }

  overtaken(): void {
    this.#overtaken.inc();
  }

  failed(): void {
    this.#failures.inc();
  }

  copied(): void {
    this.#copies.inc();
  }

  copyFailed(): void {
    this.#copyFailures.inc();
  }

  hole(): void {
    this.#holes.inc();
  }

  /** The result is called when the query has ended. */
  queryStarted(): (outcome: 'answered' | 'failed') => void {
    const end = this.#queries.startTimer();
    return (outcome) => void end({ outcome });
  }
}
