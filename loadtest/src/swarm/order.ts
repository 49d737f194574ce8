import type { Places } from './places.js';

/** What a swarm's sockets speak: Plaza's binary frames, or a peer's protocol, as far as being in its room needs. */
export type Speech = 'plaza' | 'bare' | 'socket.io' | 'centrifugo';

export interface SwarmOrder {
  /** Connect URL without a query. */
  readonly url: string;
  /** Several edges, socket by socket in turn, instead of the one of `url`. */
  readonly urls?: readonly string[];
  /** Who is closed comes back, to the next edge, behind what it has; speaks Plaza and has a room. */
  readonly comesBack?: boolean;
  readonly speech: Speech;
  readonly sockets: number;
  /** Opening this many at a time: the next follows when one is in, that is has shaken hands and joined. */
  readonly atOnce: number;
  /** Instead of `atOnce`: a new one so often, however many are on their way. */
  readonly perSecond?: number;
  /** Who is refused comes again when it is told to, for so long; absent: it tries once. */
  readonly patienceMs?: number;
  /** Joined by URL, socket by socket in turn; empty: none. */
  readonly rooms?: readonly string[];
  /** They say what a TalkOrder asks; needs `rooms`. */
  readonly talks?: boolean;
  /** Signs a token for each socket, as account `PREFIX-N`; absent: anonymous guests. */
  readonly tokens?: { readonly secret: string; readonly prefix: string; readonly tags?: string[] };
  /** The number of the first socket: several processes share one count. */
  readonly first?: number;
  /** Each n-th socket is decoded fully, and the lag of what it sees is kept; 0: none. */
  readonly watchEvery?: number;
}

/** Messages of the sockets that joined a room, each in its turn, at a rate that does not wait for the answers. */
export interface TalkOrder {
  /** In all. */
  readonly perSecond: number;
  readonly seconds: number;
  /** The text of each. */
  readonly text: string;
  /** A tag expression: who gets them; empty: everybody. */
  readonly audience: string;
}

export interface Talked {
  readonly sent: number;
  readonly accepted: number;
  /** Answers that were something else, by code. */
  readonly others: Readonly<Record<string, number>>;
  /** From the first message to the last answer. */
  readonly tookMs: number;
  /** Of each accepted message, from its sending to its answer; to a tenth. */
  readonly replyMs: readonly number[];
  /** What the swarm's processes used for it. */
  readonly cpuMicros: number;
}

/** Since the swarm began, except where it says otherwise. */
export interface SwarmCount {
  /** Sockets that came in; with rooms: that were told so by theirs. */
  readonly entered: number;
  /** Times that a socket was told to come again. */
  readonly refusals: number;
  /** Sockets that were out of patience. */
  readonly timedOut: number;
  /** Of the newest order: from its first socket until the last was in, or was not let in. */
  readonly openMs: number;
  readonly open: number;
  /** Times that a socket which comes back was closed. */
  readonly dropped: number;
  /** Sockets that were closed and are not back. */
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
  /** Of sockets that came back since the last count: ms from their close until their join was answered. */
  readonly pausesMs: readonly number[];
  /** Since the last count, each time that a socket which was in tried to come back: Unix ms. */
  readonly triesAtMs: readonly number[];
  /** The longest time since the last count that a process of the swarm did not come to its sockets, ms: what happened in it then shows at once, behind it. */
  readonly stallMs: number;
  /** Times that a socket which comes back was closed without having been sent away: `goAway` was not said. */
  readonly cut: number;
  /** By room, where the sockets stand that came in. */
  readonly places: ReadonlyMap<string, Places>;
}

export const noCount: SwarmCount = {
  entered: 0,
  refusals: 0,
  timedOut: 0,
  openMs: 0,
  open: 0,
  dropped: 0,
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
  pausesMs: [],
  triesAtMs: [],
  stallMs: 0,
  cut: 0,
  places: new Map(),
};
