import type { Records } from '../records.js';

export interface SwarmOptions {
  readonly apiUrl: string;
  readonly apiKey: string;
  /** Asked at each connecting: edges come and go. */
  readonly connectUrls: () => readonly string[];
  /** The acts of every client follow from it. */
  readonly seed: number;
  /** How many. */
  readonly rooms: number;
  readonly sockets: number;
  /** Commands a second of the whole swarm. */
  readonly ratePerSecond: number;
  /** 0-1: the part of the sockets and of the load that is in the first room. */
  readonly hotShare: number;
  /** The cluster's PLAZA_ABSENCE_MS: clients go away for less and for more than this. */
  readonly graceMs: number;
}

export interface Swarm {
  /** What it has come to so far, for a line of the timeline. */
  progress(): SwarmProgress;
  /** The accounts and rooms that it uses. */
  readonly rooms: readonly string[];
  /** Sends nothing new, waits (bounded) until everything sent is answered and everybody has caught up, closes all, gives the records. */
  stop(): Promise<Records>;
}

export interface SwarmProgress {
  readonly connected: number;
  readonly sent: number;
  readonly answered: number;
  readonly unavailable: number;
  readonly events: number;
}

/** `startSwarm`: resolves when its rooms exist and its sockets have been asked to connect. */
export type StartSwarm = (options: SwarmOptions) => Promise<Swarm>;
