import type { Verdict } from './retry.js';

/** The figures of deliveries; endpoints by id, which Plaza gave. */
export interface WebhookMeter {
  answered(endpoint: string, outcome: Verdict['kind'], events: number): void;
  buried(endpoint: string, events: number): void;
  hole(endpoint: string): void;
  /** How things stand, at each look. */
  stands(endpoint: string, lagMs: number, waitingRooms: number): void;
  forget(endpoint: string): void;
}
