import { StreamShare, type Peers } from '@plaza/bus';
import { causeOf, type Clock, type Logger, type Service, type Timer } from '@plaza/kit';
import { StreamReaders, type Log } from '@plaza/log';
import type { AuditMetrics } from './audit-metrics.prom.js';
import type { Audit } from './audit.js';
import { ChainFlawed, cutOld } from './cut.js';
import { AuditIngest } from './ingest.js';

const dayMs = 86_400_000;

export interface AuditServiceParts {
  readonly audit: Audit;
  readonly log: Log;
  readonly peers: Peers;
  readonly metrics: AuditMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** This process's part in writing the audit log: it reads its share of the log's streams, and daily cuts what is older than `auditDays` from their chains. */
export class AuditService implements Service {
  readonly #readers: StreamReaders;
  readonly #share: StreamShare;
  #cutting: Timer | undefined;

  constructor(
    private readonly settings: { readonly id: string; readonly auditDays: number },
    private readonly parts: AuditServiceParts,
  ) {
    const { audit, log, peers, metrics, clock } = parts;
    this.#readers = new StreamReaders(parts, new AuditIngest(audit, metrics));
    const read = () => this.#readers.states();
    metrics.watch(() => [...read().values()].filter(({ broken }) => broken !== undefined).length);
    this.#share = new StreamShare({ peers, clock, kind: 'audit', id: settings.id, address: '', streams: log.streams, read });
  }

  async start(): Promise<void> {
    this.#share.start((streams) => this.#readers.assign(streams));
    this.#cutting = this.parts.clock.every(dayMs, () => void this.#cut());
    void this.#cut();
  }

  async drain(): Promise<void> {
    this.#share.drain();
    await this.#readers.stop();
  }

  async stop(): Promise<void> {
    this.#cutting?.cancel();
    this.#share.stop();
    await this.#readers.stop();
  }

  /** How far each stream is read here, and what keeps it. */
  states(): ReturnType<StreamReaders['states']> {
    return this.#readers.states();
  }

  async #cut(): Promise<void> {
    const { audit, clock, logger, metrics } = this.parts;
    for (const chain of this.#readers.states().keys()) {
      try {
        const entries = await cutOld(audit, chain, clock.now() - this.settings.auditDays * dayMs);
        if (entries > 0) logger.info({ event: 'audit-cut', chain, entries });
      } catch (error) {
        if (error instanceof ChainFlawed) metrics.broken();
        logger[error instanceof ChainFlawed ? 'error' : 'warn']({ event: 'audit-not-cut', chain, cause: causeOf(error) });
      }
    }
  }
}
