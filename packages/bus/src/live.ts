/**
 * Live frames from holders to edges: fast, at most once, in each publisher's order per room, never stored. A lost frame is found by the chain
 * (`prev`), the head in replies and the head signal, and filled from the holder. Publishing while disconnected drops.
 */
export interface Live {
  /** The bytes are copied or sent before this returns; the caller may not change them after (the edges of one process share them). */
  publish(shard: number, room: string, frame: Uint8Array): void;
  /**
   * Frames of one room. Resolves once frames published from now on by anybody will arrive. `frame` is the receiver's own and stays unchanged.
   * A handler that throws does not end the subscription. Subscriptions outlive a lost connection. Rejects with LiveUnavailable where there is none.
   */
  subscribe(shard: number, room: string, onFrame: (frame: Uint8Array) => void): Promise<LiveSubscription>;
  /** Told when the connection was lost (frames may have been missed since) and when it is back. */
  onConnection(listener: (connected: boolean) => void): () => void;
  readonly connected: boolean;
  close(): Promise<void>;
}

export interface LiveSubscription {
  unsubscribe(): void;
}

/** The bus cannot be asked right now. */
export class LiveUnavailable extends Error {
  override readonly name = 'LiveUnavailable';
}
