/** What a swarm's sockets speak: Plaza's binary frames, or a peer's protocol, as far as being in its room needs. */
export type Speech = 'plaza' | 'bare' | 'socket.io' | 'centrifugo';

export interface SwarmOrder {
  /** Connect URL without a query. */
  readonly url: string;
  readonly speech: Speech;
  readonly sockets: number;
  /** Opening this many at a time: the next follows when one has shaken hands. */
  readonly atOnce: number;
  /** Joined by URL, socket by socket in turn; empty: none. */
  readonly rooms?: readonly string[];
  /** Signs a token for each socket, as account `PREFIX-N`; absent: anonymous guests. */
  readonly tokens?: { readonly secret: string; readonly prefix: string };
  /** The number of the first socket: several processes share one count. */
  readonly first?: number;
  /** Each n-th socket is decoded fully, and the lag of what it sees is kept; 0: none. */
  readonly watchEvery?: number;
}

/** Since the swarm began, except `lags`. */
export interface SwarmCount {
  readonly open: number;
  readonly closed: number;
  /** Those by the code of the server's close frame; 1006: there was none. */
  readonly closedWith: Readonly<Record<string, number>>;
  /** Sockets that were never let in, by cause. */
  readonly failed: Readonly<Record<string, number>>;
  readonly frames: number;
  readonly events: number;
  /** Batches whose `prev` was not the position before: a gap or a repeat. */
  readonly breaks: number;
  /** Times that a socket was told of a hole: `complete: false`. */
  readonly told: number;
  readonly bytes: number;
  /** CPU that the swarm's processes used, in microseconds. */
  readonly cpuMicros: number;
  /** Of each message, by its stamp, since the last count: ms until the last watched socket had it. */
  readonly lags: ReadonlyMap<string, number>;
}

export const noCount: SwarmCount = {
  open: 0,
  closed: 0,
  closedWith: {},
  failed: {},
  frames: 0,
  events: 0,
  breaks: 0,
  told: 0,
  bytes: 0,
  cpuMicros: 0,
  lags: new Map(),
};
