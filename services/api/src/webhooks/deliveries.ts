import type { Endpoint } from './endpoint.js';

/** Deliveries of one room to one endpoint that wait; its events are in the log, from here on. */
export interface WaitingLane {
  readonly room: string;
  /** The log sequence of the record to read from (inclusive), and the position in the room after which (exclusive). */
  readonly sequence: number;
  readonly after: number;
  /** The record of the newest event of the room that waits. */
  readonly upTo: number;
  /** Failures in a row of what is first. */
  readonly failures: number;
  readonly nextAtMs: number;
  readonly lastError: string;
  /** Of a replay: when it was asked for; 0: none. */
  readonly askedMs: number;
}

/** Where one endpoint is in one stream of the log. */
export interface FeedState {
  /** Every event up to this log sequence is delivered or a dead letter, but for those of the lanes. */
  readonly through: number;
  readonly lanes: readonly WaitingLane[];
  /** As the endpoint's: it is of no use to an endpoint that was switched on anew. */
  readonly sinceMs: number;
  /** Of a replay of the whole stream: when it was asked for; 0: none. */
  readonly askedMs: number;
  readonly deliveredMs: number;
  readonly failedMs: number;
  readonly lastError: string;
  /** The time of the oldest event that waits, as far as is known; 0: none does. */
  readonly oldestMs: number;
  /** Stretches of the log that had aged out before they were delivered. */
  readonly holes: number;
}

export const newFeed = (through: number, sinceMs: number): FeedState => ({
  ...{ through, lanes: [], sinceMs, askedMs: 0, deliveredMs: 0, failedMs: 0, lastError: '', oldestMs: 0, holes: 0 },
});

/** Somebody wants events again: of one room after a position, or (room empty) all that the endpoint wants from a record on. */
export interface Replay {
  readonly id: string;
  readonly endpoint: string;
  readonly stream: number;
  readonly room: string;
  readonly sequence: number;
  readonly after: number;
  readonly askedMs: number;
}

/**
 * Endpoints and how far each of them is. Small: events themselves are in the log. Rejects with DeliveriesAway where it cannot be read or written.
 * Each write is whole, and durable as far as the store is when it resolves. States may be written by two processes for a moment, the last one
 * stays: each is true by itself.
 */
export interface Deliveries {
  /** By the time of their making. */
  endpoints(): Promise<Endpoint[]>;
  endpoint(id: string): Promise<Endpoint | undefined>;
  /** False: what is kept is not of the revision before (1: there is one already); nothing was changed. */
  put(endpoint: Endpoint): Promise<boolean>;
  /** False: nothing was ever put here, as far as the store remembers. */
  used(): Promise<boolean>;
  /** Puts endpoints back into a store that has lost everything; those that are there again already stay as they are. */
  restore(endpoints: readonly Endpoint[]): Promise<void>;
  /** With all that is kept of it. False: there is none. */
  remove(id: string): Promise<boolean>;
  /** Up to where a stream has been read for all endpoints; 0: nowhere yet. */
  place(stream: number): Promise<number>;
  movePlace(stream: number, sequence: number): Promise<void>;
  feed(endpoint: string, stream: number): Promise<FeedState | undefined>;
  /** By stream. */
  feeds(endpoint: string): Promise<Map<number, FeedState>>;
  /** Nothing where the endpoint is gone. */
  keepFeed(endpoint: string, stream: number, state: FeedState): Promise<void>;
  /** Asks whoever reads the stream. Nothing where the endpoint is gone. */
  askReplay(replay: Replay): Promise<void>;
  /** Oldest first. */
  replays(stream: number): Promise<Replay[]>;
  replayed(replay: Replay): Promise<void>;
}

export class DeliveriesAway extends Error {
  override readonly name = 'DeliveriesAway';
}

export const byAge = (a: Endpoint, b: Endpoint): number => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1);
export const byAsking = (a: Replay, b: Replay): number => a.askedMs - b.askedMs || (a.id < b.id ? -1 : 1);
