import { mergedSketch } from '@plaza/domain';
import type { Tally } from '@plaza/proto/log';
import type { ShardCore } from './shard-core.js';

/** Puts what went on in each room since its last tally on its way to the log, and forgets presences that have nothing left to tell. */
export function tally(core: ShardCore): void {
  for (const [id, presence] of core.sessions.rooms()) {
    if (!presence.hasTally) {
      if (core.rooms.get(id)?.pending !== true) core.sessions.forget(id);
      continue;
    }
    core.rooms.with(id, {
      loaded: (room) => {
        room.tally = added(room.tally, presence.takeTally());
        if (room.tally !== undefined) core.outbox.touch(room);
      },
      // Taken with the next tally.
      unavailable: () => undefined,
    });
  }
}

function added(before: Tally | undefined, next: Tally | undefined): Tally | undefined {
  if (before === undefined || next === undefined) return before ?? next;
  return {
    enters: before.enters + next.enters,
    leaves: before.leaves + next.leaves,
    peakAccounts: Math.max(before.peakAccounts, next.peakAccounts),
    sketch: mergedSketch(before.sketch, next.sketch),
  };
}
