import { ownerOf } from '@plaza/domain';
import type { Clock, Timer } from '@plaza/kit';
import type { Peers } from './peers.js';
import { ShardTable } from './shard-table.js';

export interface StreamShareOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  /** The kind of service whose processes share the streams: "history", "metrics". */
  readonly kind: string;
  readonly id: string;
  /** Where this process is asked, host:port. */
  readonly address: string;
  readonly streams: number;
  /** How far the streams are read here: everything up to `through` is in the store. Beats say it, and the log keeps what is not. */
  readonly read: () => Iterable<readonly [stream: number, state: { readonly through: number | undefined }]>;
}

const beatMs = 1000;
/** A process that was silent for this long has its streams read by others. */
const silentMs = 5000;

/**
 * Which of the log's streams this process reads: its own by rendezvous over the live processes of its kind, all when it is alone. A hint: for
 * some seconds two processes may read one stream, or nobody; stores bear the one, and cursors the other.
 */
export class StreamShare {
  readonly #table = new ShardTable();
  #draining = false;
  #timer: Timer | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(private readonly options: StreamShareOptions) {}

  /** Beats each second and tells which streams are this process's: at once, and then each second. */
  start(assign: (streams: readonly number[]) => void): void {
    const { peers, clock } = this.options;
    this.#unsubscribe = peers.onBeat((beat) => this.#table.apply(beat, clock.now()));
    const turn = (): void => {
      this.#beat();
      assign(this.#mine());
    };
    turn();
    this.#timer = clock.every(beatMs, turn);
  }

  /** The others take over; this process reads nothing more. */
  drain(): void {
    this.#draining = true;
    this.#beat();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#unsubscribe();
  }

  #beat(): void {
    const { peers, clock, kind, id, address, read } = this.options;
    const streams = [...read()].flatMap(([stream, { through }]) =>
      through === undefined ? [] : [{ stream, through: Math.max(0, through) }],
    );
    peers.beat({ kind, id, address, atMs: clock.now(), shards: [], draining: this.#draining, reading: { streams } });
  }

  #mine(): number[] {
    if (this.#draining) return [];
    const { clock, kind, id, streams } = this.options;
    const live = this.#table.peersOf(kind, clock.now(), silentMs).filter((peer) => !peer.draining && peer.id !== id);
    const ids = [...live.map((peer) => peer.id), id];
    return Array.from({ length: streams }, (_, stream) => stream).filter((stream) => ownerOf(`${kind}/${stream}`, ids) === id);
  }
}
