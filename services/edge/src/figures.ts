/** What is counted, one method an event; `metrics.prom.ts` is the real one. Nothing here is named by a client. */
export interface Figures {
  frame(kind: string): void;
  refused(code: string): void;
  /** A slice was served: writes to sockets, and events' batches in them. */
  wrote(writes: number, batches: number): void;
  rotated(ms: number): void;
  gap(): void;
  fill(): void;
  incomplete(): void;
  badLiveFrame(): void;
  closed(code: number): void;
  loopGap(ms: number): void;
  sampled(levels: Levels): void;
}

export interface Levels {
  readonly connections: number;
  readonly sessions: number;
  readonly rooms: number;
  readonly bufferedBytes: number;
}
