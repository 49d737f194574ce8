import type { Peers, ShardTable } from '@plaza/bus';
import { DeadlineExceeded, within, type Clock, type Probe, type Probes, type Service, type Timer } from '@plaza/kit';

/** The HTTP server as its life needs it. */
export interface Listener {
  /** Resolves with its URL. */
  listen(address: { host: string; port: number }): Promise<string>;
  /** Takes no more connections and waits for the requests under way. */
  close(): Promise<unknown>;
  /** Cuts what is still connected. */
  cut(): void;
}

export interface ApiServiceParts {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly shards: number;
  readonly listener: Listener;
  readonly router: { close(): void };
  readonly table: ShardTable;
  readonly peers: Peers;
  readonly accounts: { start(): void; close(): void };
  readonly cluster: { start(): void; close(): void };
  /** What reads the log. */
  readonly readers: readonly Service[];
  readonly clock: Clock;
}

const beatMs = 1000;
/** Rooms are out of reach when no holder was heard for so long. */
const silentMs = 5000;
const drainMs = 10_000;

/** The life of an api process: beats, feeds the shard table from the beats of others, opens and closes the listener. */
export class ApiService implements Service, Probes {
  #url = '';
  #state: 'idle' | 'serving' | 'draining' | 'stopped' = 'idle';
  #closing: Promise<unknown> | undefined;
  #beats: Timer | undefined;
  #deaf: (() => void) | undefined;

  constructor(private readonly parts: ApiServiceParts) {}

  /** http://host:port; empty until started. */
  url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const { peers, table, clock, listener, host, port, accounts, cluster, readers } = this.parts;
    this.#deaf = peers.onBeat((beat) => table.apply(beat, clock.now()));
    cluster.start();
    accounts.start();
    this.#url = await listener.listen({ host, port });
    for (const reader of readers) await reader.start();
    this.#state = 'serving';
    this.#beats = clock.every(beatMs, () => this.#beat());
    this.#beat();
  }

  async drain(): Promise<void> {
    if (this.#state !== 'serving') return;
    this.#state = 'draining';
    this.#beat();
    for (const reader of this.parts.readers) await reader.drain();
    await this.#close();
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#beats?.cancel();
    for (const reader of this.parts.readers) await reader.stop();
    if (this.#url !== '') await this.#close();
    this.#deaf?.();
    this.parts.accounts.close();
    this.parts.cluster.close();
    this.parts.router.close();
  }

  health(): Probe {
    return { ok: this.#state !== 'stopped', detail: { state: this.#state } };
  }

  /** Ready while a holder of rooms was heard lately: without one no command can be answered. */
  ready(): Probe {
    const { table, clock, shards } = this.parts;
    const heard = table.peersOf('room-state', clock.now(), silentMs).length;
    let held = 0;
    for (let shard = 0; shard < shards; shard++) if (table.holderOf(shard) !== undefined) held++;
    return { ok: this.#state === 'serving' && heard > 0, detail: { state: this.#state, holders: heard, shardsHeld: held, shards } };
  }

  /** Requests under way get their time; then their connections are cut. */
  async #close(): Promise<void> {
    this.#closing ??= this.parts.listener.close();
    try {
      await within(drainMs, 'closing the listener', this.#closing);
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      this.parts.listener.cut();
    }
  }

  #beat(): void {
    const { peers, id, clock } = this.parts;
    peers.beat({ kind: 'api', id, address: this.#url, atMs: clock.now(), shards: [], draining: this.#state !== 'serving' });
  }
}
