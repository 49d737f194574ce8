import type { Beat, Order } from '@plaza/proto/room';

/**
 * Who lives: each process beats every second. A hint, never a fence: only the log's claims decide who holds a shard. Beats may be lost, late,
 * or of two holders at once (the higher epoch counts). What arrives reaches every listener of every process once, the sender's among them; a
 * listener that throws stops nobody.
 */
export interface Peers {
  /** Sends a beat now; the caller repeats it. While disconnected it is dropped. */
  beat(beat: Beat): void;
  onBeat(listener: (beat: Beat) => void): () => void;
  /** Somebody's connection to this process broke: whoever could replace it should look now instead of waiting for silence. */
  suspect(id: string): void;
  onSuspect(listener: (id: string) => void): () => void;
  /** An operator's order to one process. Reaches every listener of every process, at most once; whom it is for obeys, and says so in its beats. */
  order(order: Omit<Order, 'nonce'>): void;
  onOrder(listener: (order: Order) => void): () => void;
  close(): Promise<void>;
}
