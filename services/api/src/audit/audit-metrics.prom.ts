import { Counter, Gauge, type Registry } from 'prom-client';

/** The figures of the audit log's reader on the registry of its process. */
export class AuditMetrics {
  readonly #entries: Counter<'act'>;
  readonly #failures: Counter;
  readonly #holes: Counter;
  readonly #broken: Counter;
  readonly #sequence: Gauge<'stream'>;

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string): Counter => new Counter({ name: `plaza_api_audit_${name}_total`, help, registers });
    this.#entries = new Counter({ name: 'plaza_api_audit_entries_total', help: 'Management acts written', labelNames: ['act'], registers });
    this.#failures = counter('failures', 'Stretches of the log that could not be read or written, at each try');
    this.#holes = counter('holes', 'Shards whose records had aged out before they were read');
    this.#broken = counter('broken', 'Times that a chain was found broken while old entries were cut');
    this.#sequence = new Gauge({
      name: 'plaza_api_audit_reader_sequence',
      help: 'The log sequence up to which a stream is considered',
      labelNames: ['stream'],
      registers,
    });
  }

  /** `stopped`: how many of this process's streams are not read any more, because their chain in the log broke. */
  watch(stopped: () => number): void {
    const help = 'Streams whose records do not follow each other: they are not read any more';
    const gauge: Gauge = new Gauge({
      name: 'plaza_api_audit_streams_stopped',
      help,
      registers: [this.registry],
      collect: (): void => gauge.set(stopped()),
    });
  }

  wrote(stream: number, through: number, entries: readonly { readonly act: string }[]): void {
    this.#sequence.set({ stream }, through);
    for (const { act } of entries) this.#entries.inc({ act });
  }

  failed(): void {
    this.#failures.inc();
  }

  hole(): void {
    this.#holes.inc();
  }

  broken(): void {
    this.#broken.inc();
  }
}
