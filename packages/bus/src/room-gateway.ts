import type { BulkAnswer, BulkAsk, CommandBatch, ReplyBatch } from '@plaza/proto/room';

/**
 * The way of commands from an edge or api process (an asker) to the process that holds a shard. Entries of one link arrive in the order in which
 * they were sent; each gets one reply, or the link breaks. After a break nothing more comes, and entries without a reply may or may not have been
 * carried out: the asker sends them again, with the same command ids, to whoever holds the shard then. That is `CommandRouter`'s work.
 */
export interface RoomGateway {
  /** Never throws: an address that cannot be reached breaks the link. `broken` is called once at most, not after `close`. */
  open(address: string, asker: string, listener: LinkListener): RoomLink;
}

export interface LinkListener {
  replies(batch: ReplyBatch): void;
  broken(cause: string): void;
}

export interface RoomLink {
  /** Buffers without bound: the asker bounds what it has unanswered. */
  send(entries: CommandBatch['entries']): void;
  /** One question off the command path, its answers in order, the last has `done`. Throws LinkBroken when the link breaks or `signal` aborts. */
  ask(ask: NonNullable<BulkAsk['ask']>, signal: AbortSignal): AsyncIterable<BulkAnswer>;
  close(): void;
}

/** What a room-state process offers to links; the gRPC server and the local gateway call it, nobody else. */
export interface RoomDoor {
  attach(asker: string, replies: (batch: ReplyBatch) => void): AttachedAsker;
}

export interface AttachedAsker {
  commands(entries: CommandBatch['entries']): void;
  ask(ask: NonNullable<BulkAsk['ask']>, signal: AbortSignal): AsyncIterable<Omit<BulkAnswer, 'number'>>;
  /** The link is gone: the asker's sessions are kept for the grace period. */
  detach(): void;
}

export class LinkBroken extends Error {
  override readonly name = 'LinkBroken';
}
