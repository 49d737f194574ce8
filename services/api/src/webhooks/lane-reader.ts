import type { Log, StoredRecord } from '@plaza/log';
import type { Endpoint } from './endpoint.js';
import { wantsKind, wantsRoom } from './endpoint.js';
import type { Lane } from './lane.js';
import type { RoomEvent } from './payload.js';
import { eventsOf } from './room-events.js';

const recordsAtOnce = 32;
const readsAtOnce = 16;
/** A record that so many reads did not find has aged out; a replica that lags finds it sooner. */
const emptyReadsOfAHole = 5;

/** What a turn of reading came to. */
export type LaneRead = 'filled' | 'end' | 'not-yet' | 'hole';

/**
 * Reads on where a lane's queue has ended: until it has some events, or is at the end. `hole`: records aged out before they were read; the lane
 * goes on behind them. `not-yet`: ask again. Rejects with LogUnavailable.
 */
export async function readLane(log: Log, lane: Lane, endpoint: Endpoint): Promise<LaneRead> {
  let hole = false;
  for (let read = 0; read < readsAtOnce && lane.log !== undefined; read++) {
    const { sequence } = lane.log;
    const records = await log.read(lane.shard, sequence, recordsAtOnce);
    if (records.length === 0) return await atNothing(log, lane);
    if (records[0]!.expected >= sequence) hole = true;
    lane.fill(wantedOf(records, lane, endpoint), records.at(-1)!.sequence);
    if (lane.queue.length > 0) return hole ? 'hole' : 'filled';
  }
  if (hole) return 'hole';
  return lane.log === undefined ? 'end' : 'not-yet';
}

async function atNothing(log: Log, lane: Lane): Promise<LaneRead> {
  const { upTo } = lane.log!;
  if (upTo === 0) {
    lane.atEnd();
    return 'end';
  }
  lane.emptyReads++;
  if (lane.emptyReads < emptyReadsOfAHole || (await log.at(lane.shard, upTo)) !== undefined) return 'not-yet';
  // What came meanwhile is no hole.
  if (lane.log?.upTo !== upTo) return 'not-yet';
  lane.atEnd();
  return 'hole';
}

const wantedOf = (records: readonly StoredRecord[], lane: Lane, endpoint: Endpoint): RoomEvent[] =>
  records
    .flatMap((record) => eventsOf(record).events)
    .filter(
      ({ room, position, kind }) =>
        room === lane.room && position > lane.log!.after && wantsKind(endpoint, kind) && wantsRoom(endpoint, room),
    );
