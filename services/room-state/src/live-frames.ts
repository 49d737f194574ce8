import type { Reactions, ServerFrame, Skipped } from '@plaza/proto/client';
import type { LoggedEvent, RoomBatch } from '@plaza/proto/log';
import type { Control } from '@plaza/proto/room';
import { encodeBatchFrame, encodeLiveFrame, encodeServerFrame, liveFlags, type Segment } from '@plaza/protocol';
import { encodeControl } from './control.js';

/** What a live frame says about its moment. */
export interface Moment {
  readonly epoch: number;
  readonly sequence: number;
  readonly head: number;
  readonly accounts: number;
  readonly connections: number;
  readonly settling: boolean;
}

/** What went on in the last second. */
export interface Digest {
  readonly entered: number;
  readonly left: number;
  readonly notableEntered: string[];
  readonly notableLeft: string[];
  readonly reactions: Reactions | undefined;
}

const settlingFlag = ({ settling }: Moment): number => (settling ? liveFlags.settling : 0);

/** A batch as edges get it, in segments: runs of events that are for the same audience. */
export function batchFrame(batch: RoomBatch, control: Control, moment: Moment, flags = 0): Uint8Array {
  const { epoch, sequence, head, accounts, connections } = moment;
  // Field by field: V8 makes a new hidden class each time that fields are put behind those of a spread object, 15 us here.
  return encodeLiveFrame({
    flags: flags | settlingFlag(moment),
    prev: batch.prev,
    last: batch.last,
    epoch,
    sequence,
    head,
    accounts,
    connections,
    control: encodeControl(control),
    segments: segmentsOf(batch),
  });
}

interface Run {
  readonly audience: string;
  readonly events: Uint8Array[];
  last: number;
}

/**
 * Events that nobody sees are in no segment; the one before them, or the next, leads readers over them. What was skipped is told in the first segment
 * that is for everybody, or else in the first: one without events, which moves nobody on, would be dropped as a repeat.
 */
function segmentsOf({ room, prev, last, events, skipped }: RoomBatch): Segment[] {
  const runs: Run[] = [];
  for (const event of events) addTo(runs, event);
  const newest = runs.at(-1);
  if (newest !== undefined) newest.last = last;
  const toTell = Math.max(
    0,
    runs.findIndex(({ audience }) => audience === ''),
  );
  return runs.map((run, i) => {
    const from = runs[i - 1]?.last ?? prev;
    const told: Skipped[] = i === toTell ? skipped : [];
    const bytes = encodeBatchFrame({ room, prev: from, last: run.last, events: run.events, skipped: told });
    return { audience: run.audience, last: run.last, bytes };
  });
}

function addTo(runs: Run[], { audience, position, event }: LoggedEvent): void {
  const newest = runs.at(-1);
  const tags = audienceOf(audience);
  if (tags === undefined) {
    if (newest !== undefined) newest.last = position;
  } else if (newest?.audience === tags) {
    newest.events.push(event);
    newest.last = position;
  } else runs.push({ audience: tags, events: [event], last: position });
}

/** A tag expression, empty: everybody; undefined: nobody. */
function audienceOf(audience: LoggedEvent['audience']): string | undefined {
  if (audience?.kind === undefined) return '';
  return audience.kind.$case === 'tags' ? audience.kind.value : undefined;
}

/** A latest-value hint: it has no place in the chain. */
export function signalFrame(room: string, moment: Moment, digest: Digest, atMs: number): Uint8Array {
  const { head, accounts, connections, settling } = moment;
  const signal = { room, head, accounts, connections, settling, ...digest, atMs, stale: false };
  const frame: ServerFrame = { batches: [], body: { $case: 'signal', value: signal } };
  return encodeLiveFrame({
    ...moment,
    flags: liveFlags.signal | settlingFlag(moment),
    prev: head,
    last: head,
    control: new Uint8Array(0),
    segments: [{ audience: '', last: head, bytes: encodeServerFrame(frame) }],
  });
}
