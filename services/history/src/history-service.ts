import { StreamShare, type Peers } from '@plaza/bus';
import { causeOf, type Clock, type Logger, type Probe, type Probes, type Service, type Timer } from '@plaza/kit';
import type { Log, StreamReaders } from '@plaza/log';
import type { MessageStore } from './message-store.js';
import type { RoomIndex } from './room-index.js';

const dayMs = 86_400_000;

interface LifeParts {
  readonly log: Log;
  readonly store: MessageStore;
  readonly index: RoomIndex;
  readonly peers: Peers;
  readonly readers: StreamReaders;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The life of a history: its share of the streams is read from start to drain; what has been kept for long enough goes daily. */
export class HistoryService implements Service, Probes {
  readonly #share: StreamShare;
  #trimming: Timer | undefined;
  #state: 'new' | 'running' | 'draining' | 'stopped' = 'new';

  constructor(
    private readonly settings: { readonly id: string; readonly address: string },
    private readonly parts: LifeParts,
  ) {
    const { peers, clock, log, readers } = parts;
    const read = (): ReturnType<StreamReaders['states']> => readers.states();
    this.#share = new StreamShare({
      peers,
      clock,
      kind: 'history',
      id: settings.id,
      address: settings.address,
      streams: log.streams,
      read,
    });
  }

  async start(): Promise<void> {
    this.#share.start((streams) => this.parts.readers.assign(streams));
    this.#trimming = this.parts.clock.every(dayMs, () => void this.#trim());
    this.#state = 'running';
    void this.#trim();
  }

  async drain(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    this.#share.drain();
    await this.parts.readers.stop();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#trimming?.cancel();
    this.#share.stop();
    await this.parts.readers.stop();
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

  async #trim(): Promise<void> {
    const { store, index, logger } = this.parts;
    try {
      const rows = (await store.trim()) + (await index.trim());
      if (rows > 0) logger.info({ event: 'trimmed', rows });
    } catch (error) {
      logger.warn({ event: 'trim-failed', cause: causeOf(error) });
    }
  }
}
