import { Event, type ServerFrame } from '@plaza/proto/client';
import type { LoggedEvent, RoomBatch } from '@plaza/proto/log';
import { Control, type Removal } from '@plaza/proto/room';
import { encodeBatchFrame, encodeLiveFrame, encodeServerFrame, liveFlags } from '@plaza/protocol';

/** What a live frame says about its moment. */
export interface Moment {
  readonly epoch: number;
  readonly sequence: number;
  readonly head: number;
  readonly accounts: number;
  readonly connections: number;
  readonly settling: boolean;
}

const nothing = new Uint8Array(0);
const settlingFlag = ({ settling }: Moment): number => (settling ? liveFlags.settling : 0);

/** A batch as edges get it. Events that nobody sees are in no segment: readers are moved on. */
export function batchFrame(batch: RoomBatch, removals: readonly Removal[], moment: Moment, flags = 0): Uint8Array {
  const { room, prev, last } = batch;
  const events = batch.events.filter(({ audience }) => audience === undefined).map(({ event }) => event);
  return encodeLiveFrame({
    ...moment,
    flags: flags | settlingFlag(moment),
    prev,
    last,
    control: removals.length === 0 ? nothing : Control.encode({ removals: [...removals] }).finish(),
    segments: events.length === 0 ? [] : [{ audience: '', bytes: encodeBatchFrame({ room, prev, last, events }) }],
  });
}

/** A latest-value hint: it has no place in the chain. */
export function signalFrame(room: string, moment: Moment, digest: { entered: number; left: number }, atMs: number): Uint8Array {
  const { head, accounts, connections, settling } = moment;
  const signal = { room, head, accounts, connections, settling, ...digest, atMs, stale: false };
  const frame: ServerFrame = { batches: [], body: { $case: 'signal', value: signal } };
  return encodeLiveFrame({
    ...moment,
    flags: liveFlags.signal | settlingFlag(moment),
    prev: head,
    last: head,
    control: nothing,
    segments: [{ audience: '', bytes: encodeServerFrame(frame) }],
  });
}

/** Whom an event removes from the room. */
export function removalsOf({ kind, targets }: Event): Removal[] {
  if (kind?.$case === 'kicked') return targets.map((account) => ({ account, code: 'kicked', why: kind.value.reason }));
  if (kind?.$case === 'roomClosed') return [{ account: '', code: 'room-closed', why: kind.value.reason }];
  return [];
}

export const loggedRemovals = (events: readonly LoggedEvent[]): Removal[] => events.flatMap(({ event }) => removalsOf(Event.decode(event)));
