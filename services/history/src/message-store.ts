/** One stored message. */
export interface MessageRow {
  readonly room: string;
  /** The bucket that the holder named: the position of the bucket's first message. */
  readonly bucket: number;
  readonly position: number;
  /** Unix ms of the event: the write's own time stamp, so that a redelivery changes nothing. */
  readonly timeMs: number;
  /** An encoded plaza.v1.Event. */
  readonly event: Uint8Array;
  /** A tag expression: whom it was for; empty: everybody. */
  readonly audience: string;
}

/** A row that is to be kept until a moment, Unix ms: from then on no page shows it. */
export interface NewRow extends MessageRow {
  readonly untilMs: number;
}

/** A message that was taken back, by an event of this time. */
export interface Removal {
  readonly room: string;
  readonly position: number;
  /** Undefined: not known. */
  readonly bucket: number | undefined;
  readonly timeMs: number;
}

export interface PageAsk {
  readonly room: string;
  /** Exclusive bounds; neither: the newest page; both: the newest of what lies between. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly limit: number;
}

/** Messages by room and position. Writing a row again is harmless. Rejects with StoreUnavailable when it cannot be asked; nothing is half-kept then. */
export interface MessageStore {
  /**
   * All rows are durable when this resolves. Rows of one room become visible in the order of their positions, as far as they come at all: whoever
   * sees one sees every older row of this and earlier writes.
   */
  write(rows: readonly NewRow[]): Promise<void>;
  /**
   * The rows are gone when this resolves, and do not come back: written again, or for the first time where the bucket is known, they stay away.
   */
  remove(removals: readonly Removal[]): Promise<void>;
  /** Oldest first, at most `limit`, the ones nearest to the bound. */
  page(ask: PageAsk): Promise<MessageRow[]>;
  /** The reader's place: every record of the stream up to this log sequence is written. 0: nothing yet. */
  cursor(stream: number): Promise<number>;
  moveCursor(stream: number, sequence: number): Promise<void>;
  /** Lets go of rows whose time is over; nothing where they go by themselves. Answers how many went. */
  trim(): Promise<number>;
  close(): Promise<void>;
}

export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
