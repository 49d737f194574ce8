import { systemTimers, type Timers } from './timers.js';

export interface ClientSettings {
  readonly timers: Timers;
  /** Events go to the page at most this often, ms; 0: as they come. */
  readonly eventsEveryMs: number;
  readonly openTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly joinTimeoutMs: number;
  /** How long a command may wait, over reconnects; below the 60 s for which the server knows command ids. */
  readonly sendTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly heartbeatTimeoutMs: number;
  /** Requests that may wait in one room. */
  readonly outboxLimit: number;
}

export const defaultSettings: ClientSettings = {
  timers: systemTimers,
  eventsEveryMs: 100,
  openTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  joinTimeoutMs: 20_000,
  sendTimeoutMs: 50_000,
  heartbeatMs: 20_000,
  heartbeatTimeoutMs: 8000,
  outboxLimit: 100,
};
