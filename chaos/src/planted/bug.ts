import type { ClientFrame, ServerFrame } from '@plaza/proto/client';
import type { WebhookDelivery } from '../readings.js';
import type { Backend } from '../swarm/backend.js';

/** One client's way through the proxy. */
export interface Wire {
  readonly account: string;
  /** What the client asked by this frame id on this connection. */
  readonly asked: (id: number) => ClientFrame | undefined;
  /** Sends a frame to another client, whoever it is. */
  readonly toAStranger: (frame: ServerFrame) => void;
  readonly backend: Backend;
}

/** A deliberate bug in one room: what clients and readers are shown is not what the cluster said. */
export interface Bug {
  readonly name: string;
  /** The rule that has to catch it. */
  readonly rule: string;
  /** How often it has to strike before a run is long enough to be judged; 0: it strikes when the cluster is read. */
  readonly enough: number;
  strikes: number;
  /** Makes an occasion for it in its room. */
  readonly provoke?: (backend: Backend, room: string, accounts: readonly string[]) => Promise<void>;
  /** What goes to the client for a frame of the edge (one batch, or one other thing) about the bug's room; undefined: the frame as it is. */
  readonly toClient?: (frame: ServerFrame, wire: Wire) => ServerFrame[] | undefined | Promise<ServerFrame[] | undefined>;
  /** What the platform is given for an event of the bug's room that is delivered. */
  readonly toPlatform?: (delivery: WebhookDelivery) => readonly WebhookDelivery[];
  /** What a reader of the server API is given; `path` without its query. */
  readonly toReader?: (path: string, answer: Record<string, unknown>, room: string) => Record<string, unknown>;
}
