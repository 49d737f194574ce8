import type { StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { actOf } from './acts.js';
import type { AuditedAct } from './entry.js';

/** The management acts in a record, in its order. `afterHole`: records of its shard before it had aged out of the log unread. Throws where the bytes are no record. */
export function actsIn({ sequence, shard, expected, bytes }: StoredRecord, afterHole = false): AuditedAct[] {
  const { batches, timeMs } = Record.decode(bytes);
  const acts = batches.flatMap(({ room, events }) =>
    events.flatMap((logged) => actOf(sequence, room, logged, Event.decode(logged.event)) ?? []),
  );
  return afterHole ? [hole(sequence, shard, expected, timeMs), ...acts] : acts;
}

const hole = (sequence: number, shard: number, expected: number, timeMs: number): AuditedAct => ({
  ...{ sequence, room: '', position: '', timeMs, act: 'log-hole', operator: '', apiKey: '', targets: [], reason: '', notifyExt: '' },
  details: { shard, lastLostSequence: expected },
  previous: {},
});
