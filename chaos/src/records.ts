import type { ClientFrame, Direct, Reply } from '@plaza/proto/client';

/** What a client asks: one of the bodies of a ClientFrame. */
export type Ask = NonNullable<ClientFrame['body']>;

/**
 * What one client of the swarm was told and what it saw, in the order in which it happened. Plain JSON: records can be written to a file and
 * judged again. `at` is `performance.now()` of the swarm's process, in ms; `Records.originMs + at` is Unix time.
 */
export interface ClientRecord {
  /** Unique in the swarm. */
  readonly client: string;
  readonly account: string;
  readonly device: string;
  /** Of its token: in every room that it joins. */
  readonly tags: readonly string[];
  readonly notes: readonly Note[];
  /** Commands by their number. */
  readonly commands: readonly SentCommand[];
}

/** `connection` counts the client's connections from 1: a later one begins after the `closed` of the one before. */
export type Note =
  | { readonly at: number; readonly kind: 'connecting'; readonly connection: number; readonly url: string }
  | { readonly at: number; readonly kind: 'connected'; readonly connection: number; readonly edge: string }
  | { readonly at: number; readonly kind: 'closed'; readonly connection: number; readonly code: number }
  /** The client itself ends this connection, to come back after so long. */
  | { readonly at: number; readonly kind: 'away'; readonly connection: number; readonly ms: number }
  | { readonly at: number; readonly kind: 'go-away'; readonly connection: number; readonly code: number }
  /** A try of a command left on this connection with this frame id. */
  | { readonly at: number; readonly kind: 'sent'; readonly connection: number; readonly id: number; readonly command: number }
  /** Whatever reply came, also one to an id that waits for none. `command` is the one that was sent with this id on this connection; -1: none. */
  | {
      readonly at: number;
      readonly kind: 'reply';
      readonly connection: number;
      readonly id: number;
      readonly command: number;
      readonly reply: Reply;
    }
  | {
      readonly at: number;
      readonly kind: 'batch';
      readonly connection: number;
      readonly room: string;
      readonly prev: number;
      readonly last: number;
      readonly events: readonly SeenEvent[];
    }
  | {
      readonly at: number;
      readonly kind: 'incomplete';
      readonly connection: number;
      readonly room: string;
      readonly after: number;
      readonly until: number;
    }
  | { readonly at: number; readonly kind: 'removed'; readonly connection: number; readonly room: string; readonly code: string }
  /** Only where head, `stale` or `settling` say something new. */
  | {
      readonly at: number;
      readonly kind: 'signal';
      readonly connection: number;
      readonly room: string;
      readonly head: number;
      readonly stale: boolean;
      readonly settling: boolean;
    }
  | { readonly at: number; readonly kind: 'direct'; readonly connection: number; readonly direct: Direct };

export interface SentCommand {
  readonly command: number;
  /** Empty: a repeat would be another command, so it is never sent again. */
  readonly commandId: string;
  readonly room: string;
  readonly ask: Ask;
}

/** An event as small as a judge can use it; `mark` tells its content apart from another's (`markOf`). */
export interface SeenEvent {
  readonly position: number;
  readonly kind: string;
  readonly mark: number;
}

export interface RoomPlan {
  readonly room: string;
  readonly creator: string;
  readonly hot: boolean;
}

export interface Records {
  readonly seed: number;
  /** `performance.timeOrigin` of the swarm's process, Unix ms. */
  readonly originMs: number;
  /** On the clock of the notes. */
  readonly startedAt: number;
  /** From here on nobody sent anything new. */
  readonly quietAt: number;
  readonly stoppedAt: number;
  /** How long an owner may be away before its transient elements go, as the cluster under test is set. */
  readonly graceMs: number;
  /** So long after the grace it is sure to be known that somebody is gone, where a holder that knows its sessions serves all the time. */
  readonly absenceSlackMs: number;
  /** For how long the sessions of an edge that is lost are kept, as the cluster under test is set. */
  readonly edgeGraceMs: number;
  /** For how long after a takeover counts settle, likewise: nobody is known to be gone meanwhile. */
  readonly settlingMs: number;
  readonly rooms: readonly RoomPlan[];
  /** The swarm's last message in each room: whoever was in the room at the end has read everything when it has read this. */
  readonly lastCalls: readonly LastCall[];
  readonly clients: readonly ClientRecord[];
  /** What the platform's backend did by the server API. */
  readonly platform: readonly PlatformAct[];
}

/** A management act by the server API, which was asked again with the same id until it was answered. */
export interface PlatformAct {
  /** When it was asked first, on the clock of the notes. */
  readonly at: number;
  readonly room: string;
  /** The kind of event that it makes. */
  readonly event: string;
  /** Empty: it is about the room. */
  readonly account: string;
  readonly commandId: string;
  /** `done`, `unchanged`, the code of a refusal; empty: it was given up. */
  readonly answer: string;
  readonly answeredAt: number;
  /** Of its event; 0: none was named. */
  readonly position: number;
}

export interface LastCall {
  readonly room: string;
  readonly position: number;
}
