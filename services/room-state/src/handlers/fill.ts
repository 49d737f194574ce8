import type { Position } from '@plaza/domain';
import { Record } from '@plaza/proto/log';
import type { FillChunk } from '@plaza/proto/room';
import { loggedControl } from '../control.js';
import { batchFrame } from '../live-frames.js';
import type { LoadedRoom } from '../loaded-room.js';
import { RingBudget, type RingEntry } from '../ring.js';
import type { ShardCore } from '../shard-core.js';

const chunkBytes = 32 * 1024;

/**
 * Everything of a room after a position, as live frames: from the ring, and before it from the log, batch by batch backwards, up to the limits of a
 * ring. Where that does not reach the position the answer says from where on it is complete.
 */
export async function* fill(core: ShardCore, room: LoadedRoom, after: Position): AsyncGenerator<FillChunk> {
  const head = room.accepted.last;
  const entries: RingEntry[] = [];
  if (after < head) await collect(core, room, after, entries);
  entries.reverse();
  const completeFrom = entries[0]?.prev ?? head;
  const complete = after >= head || (entries.length > 0 && completeFrom <= after);
  for (const frames of chunksOf(entries)) yield { frames, complete, completeFrom: complete ? 0 : completeFrom, head };
}

/** Newest first, until `after` is reached or it is too much. */
async function collect(core: ShardCore, room: LoadedRoom, after: Position, entries: RingEntry[]): Promise<void> {
  const nowMs = core.parts.clock.now();
  const budget = new RingBudget();
  const { lastSequence } = room.accepted;
  for (const entry of room.ring.back()) {
    if (entry.last <= after) return;
    if (!budget.take(entry, nowMs)) return;
    entries.push(entry);
  }
  let sequence = entries.at(-1)?.previousSequence ?? lastSequence;
  while (sequence > 0 && (entries.at(-1)?.prev ?? Infinity) > after) {
    const found = await logged(core, room, sequence);
    if (found === undefined) return;
    sequence = found.previousSequence;
    if (found.events === 0) continue;
    if (found.last !== (entries.at(-1)?.prev ?? room.accepted.last) && entries.length > 0) return;
    if (!budget.take(found, nowMs)) return;
    entries.push(found);
  }
}

/** The room's batch in a record of the log. Undefined: it is not there (any more). */
async function logged(core: ShardCore, room: LoadedRoom, sequence: number): Promise<RingEntry | undefined> {
  const { parts, sessions, epoch } = core;
  const record = await parts.log.at(parts.shard, sequence);
  const batch = record && Record.decode(record.bytes).batches.find((one) => one.room === room.id);
  if (batch === undefined) return undefined;
  const { accounts, connections, settling } = sessions.of(room.id);
  const moment = { epoch, sequence, head: room.accepted.last, accounts, connections, settling };
  const { prev, last, previousSequence } = batch;
  return { prev, last, events: batch.events.length, previousSequence, frame: batchFrame(batch, loggedControl(batch.events), moment) };
}

function* chunksOf(entries: readonly RingEntry[]): IterableIterator<Uint8Array[]> {
  let frames: Uint8Array[] = [];
  let bytes = 0;
  for (const { frame } of entries) {
    if (frames.length > 0 && bytes + frame.length > chunkBytes) {
      yield frames;
      frames = [];
      bytes = 0;
    }
    frames.push(frame);
    bytes += frame.length;
  }
  yield frames;
}
