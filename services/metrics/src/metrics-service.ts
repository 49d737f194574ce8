import { StreamShare, type Peers } from '@plaza/bus';
import { causeOf, type Clock, type Logger, type Probe, type Probes, type Service, type Timer } from '@plaza/kit';
import type { Log, StreamReaders } from '@plaza/log';
import type { Archive } from './archive.js';
import type { Archivist } from './archivist.js';
import type { Counters } from './counters.js';
import type { TallyUp } from './tally-up.js';

const dayMs = 86_400_000;
/** How often the store is told that a stream rests, and how often closed periods are looked for. */
const restMs = 10_000;
const copyMs = 30_000;

interface LifeParts {
  readonly log: Log;
  readonly counters: Counters;
  readonly archive: Archive;
  readonly archivist: Archivist;
  readonly tallyUp: TallyUp;
  readonly peers: Peers;
  readonly readers: StreamReaders;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The life of a metrics service: its share of the streams is read from start to drain; meanwhile closed periods of those streams are copied; what is
 * older than the retention goes daily.
 */
export class MetricsService implements Service, Probes {
  readonly #share: StreamShare;
  #timers: readonly Timer[] = [];
  #copying: Promise<void> = Promise.resolve();
  #idle = true;
  #state: 'new' | 'running' | 'draining' | 'stopped' = 'new';

  constructor(
    private readonly settings: { readonly id: string; readonly address: string; readonly retentionDays: number },
    private readonly parts: LifeParts,
  ) {
    const { peers, clock, log, readers } = parts;
    const read = (): ReturnType<StreamReaders['states']> => readers.states();
    this.#share = new StreamShare({
      peers,
      clock,
      kind: 'metrics',
      id: settings.id,
      address: settings.address,
      streams: log.streams,
      read,
    });
  }

  async start(): Promise<void> {
    this.#share.start((streams) => this.parts.readers.assign(streams));
    const { clock } = this.parts;
    this.#timers = [
      clock.every(restMs, () => void this.#rest()),
      clock.every(copyMs, () => this.#copy()),
      clock.every(dayMs, () => void this.#trim()),
    ];
    this.#state = 'running';
    void this.#trim();
  }

  async drain(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    this.#share.drain();
    await this.#quiet();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#share.stop();
    await this.#quiet();
  }

  health(): Probe {
    const broken = [...this.parts.readers.states()].filter(([, { broken }]) => broken !== undefined);
    return { ok: broken.length === 0, detail: { broken: broken.map(([stream, { broken }]) => ({ stream, cause: broken })) } };
  }

  ready(): Probe {
    const states = [...this.parts.readers.states()].map(([stream, { through, failing, broken, holes }]) => ({
      stream,
      through,
      failing,
      broken,
      holes,
    }));
    const reading = states.every(({ through, failing, broken }) => through !== undefined && failing === undefined && broken === undefined);
    return {
      ok: this.#state === 'running' && this.parts.log.connected && reading,
      detail: { state: this.#state, log: this.parts.log.connected, streams: states },
    };
  }

  async #quiet(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    await this.parts.readers.stop();
    await this.#copying;
  }

  /** Streams that are read here without trouble. */
  #reading(): number[] {
    const states = [...this.parts.readers.states()];
    return states
      .filter(([, { through, failing, broken }]) => through !== undefined && failing === undefined && broken === undefined)
      .map(([stream]) => stream);
  }

  async #rest(): Promise<void> {
    if (!this.parts.log.connected) return;
    // Whoever cannot be told now is told with the next record or rest.
    await Promise.allSettled(this.#reading().map((stream) => this.parts.tallyUp.rest(stream)));
  }

  #copy(): void {
    if (!this.#idle) return;
    this.#idle = false;
    this.#copying = this.parts.archivist.copyAll(this.#reading()).finally(() => {
      this.#idle = true;
    });
  }

  async #trim(): Promise<void> {
    const { counters, archive, clock, log, logger } = this.parts;
    const beforeMs = clock.now() - this.settings.retentionDays * dayMs;
    try {
      for (let stream = 0; stream < log.streams; stream++) await counters.trim(stream, clock.now(), beforeMs);
      await archive.trim(beforeMs);
    } catch (error) {
      logger.warn({ event: 'trim-failed', cause: causeOf(error) });
    }
  }
}
