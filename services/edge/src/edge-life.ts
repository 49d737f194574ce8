import type { Live, Peers } from '@plaza/bus';
import type { Order } from '@plaza/proto/room';
import type { Clock, Logger, Probe, Probes, Service, Timer } from '@plaza/kit';
import type { EdgeSettings } from './config.js';
import type { EdgeCore } from './edge.js';
import type { Figures } from './figures.js';
import type { Listener } from './sockets.js';

export interface EdgeLifeParts {
  readonly core: EdgeCore;
  readonly listener: Listener;
  readonly live: Live;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
}

const beatMs = 1000;
const tickMs = 250;
/** After a gap of the event loop of this length the bus may have dropped frames: every room is suspect. */
const suspectGapMs = 3000;
const drainTickMs = 100;
const drainCode = 4504;
/** Each client that is sent away waits its own while, so that they do not come back as one. */
const comeBackSpreadMs = 1000;
/** After the last socket, for the last leaves to be told. */
const lastLeavesMs = 1000;

/** The life of an edge: beats, the sweeps, readiness, draining. */
export class EdgeLife implements Service, Probes {
  readonly #timers: Timer[] = [];
  #deaf: (() => void)[] = [];
  /** Runs while an operator wants this edge empty. */
  #sending: Timer | undefined;
  #leaving = false;
  #url = '';
  #tickMs = 0;
  #stopped = false;

  constructor(
    private readonly settings: EdgeSettings,
    private readonly parts: EdgeLifeParts,
  ) {}

  async start(): Promise<void> {
    const { core, listener, clock, peers } = this.parts;
    const { host, port, publicUrl } = this.settings;
    this.#deaf = [core.listen(), peers.onOrder((order) => this.#obey(order))];
    this.#tickMs = clock.now();
    const taken = await listener.listen(host, port);
    this.#url = publicUrl ?? `ws://${host}:${taken}/v1/connect`;
    this.#beat();
    this.#timers.push(
      clock.every(beatMs, () => this.#beat()),
      clock.every(tickMs, () => this.#tick()),
      clock.every(1000, () => core.sweep()),
    );
  }

  /** Where clients connect. Empty before start. */
  connectUrl(): string {
    return this.#url;
  }

  /** Sends sockets away, so many a second; what is left at the end is cut by `stop`. */
  async drain(): Promise<void> {
    const { core, clock, logger } = this.parts;
    this.#leaving = true;
    this.#sending?.cancel();
    core.gate.shut();
    this.#beat();
    const endMs = clock.now() + this.settings.drainMs;
    while (core.connections.size > 0 && clock.now() < endMs) {
      this.#sendSomeAway();
      if (core.connections.size > 0) await this.#pause(drainTickMs);
    }
    const leavesEndMs = clock.now() + lastLeavesMs;
    while (core.router.unanswered > 0 && clock.now() < leavesEndMs) await this.#pause(10);
    logger.info({ event: 'drained', left: core.connections.size });
  }

  stop(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#stopped = true;
    const { core, listener } = this.parts;
    core.gate.shut();
    for (let left = core.connections.size; left > 0; left--) this.#sendAway();
    for (const timer of [...this.#timers, this.#sending]) timer?.cancel();
    if (this.#url !== '') listener.close();
    for (const end of this.#deaf) end();
    core.close();
    return Promise.resolve();
  }

  health(): Probe {
    return { ok: !this.#stopped, detail: { connections: this.parts.core.connections.size } };
  }

  ready(): Probe {
    const { core, live } = this.parts;
    let held = 0;
    for (let shard = 0; shard < this.settings.shards; shard++) if (core.table.holderOf(shard) !== undefined) held++;
    const detail = {
      listening: this.#url !== '',
      bus: live.connected,
      shards: `${held}/${this.settings.shards}`,
      draining: core.gate.draining,
    };
    return { ok: detail.listening && detail.bus && held > 0 && !detail.draining, detail };
  }

  /** An operator empties this edge, paced like a drain but without an end, or lets clients come again. The process goes on until it is ended. */
  #obey({ id, drain }: Order): void {
    const { core, clock, logger } = this.parts;
    if (id !== this.settings.id || this.#leaving || drain === core.gate.draining) return;
    if (drain) core.gate.shut();
    else core.gate.open();
    this.#sending?.cancel();
    this.#sending = drain ? clock.every(drainTickMs, () => this.#sendSomeAway()) : undefined;
    logger.info({ event: drain ? 'drain-ordered' : 'drain-called-off', connections: core.connections.size });
    this.#beat();
  }

  #sendSomeAway(): void {
    const perTick = Math.max(1, Math.ceil((this.settings.drainPerSecond * drainTickMs) / 1000));
    for (let i = 0; i < perTick; i++) this.#sendAway();
  }

  #sendAway(): void {
    this.parts.core.connections.newest?.goAway(drainCode, 'draining', Math.floor(Math.random() * comeBackSpreadMs));
  }

  #beat(): void {
    const { core, peers, clock } = this.parts;
    const { draining } = core.gate;
    const sockets = core.connections.size;
    peers.beat({ kind: 'edge', id: this.settings.id, address: this.#url, atMs: clock.now(), shards: [], draining, sockets });
  }

  #tick(): void {
    const { core, clock, figures, logger } = this.parts;
    const now = clock.now();
    const lateMs = Math.max(0, now - this.#tickMs - tickMs);
    this.#tickMs = now;
    figures.loopGap(lateMs);
    if (lateMs > suspectGapMs) {
      logger.warn({ event: 'loop-gap', ms: lateMs });
      core.heads.suspectAll();
    }
    core.heads.sweep(now);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.parts.clock.after(ms, resolve));
  }
}
