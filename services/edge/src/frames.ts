import { refusals, type Refusal, type RefusalCode } from '@plaza/domain';
import { ServerFrame, type Event, type Reply, type Signal } from '@plaza/proto/client';
import { encodeBatchFrame } from '@plaza/protocol';

type Body = NonNullable<ServerFrame['body']>;
type Result = NonNullable<Reply['result']>;

/** An encoded ServerFrame without batches. */
export const frameOf = (body: Body): Uint8Array => ServerFrame.encode({ batches: [], body }).finish();

export const replyFrame = (id: number, result: Result, head = 0): Uint8Array => frameOf({ $case: 'reply', value: { id, head, result } });

export const refusedFrame = (id: number, refusal: Refusal): Uint8Array =>
  replyFrame(id, { $case: 'refused', value: { code: refusal.code, why: refusal.why, retryAfterMs: refusal.retryAfterMs } });

export const unavailableFrame = (id: number, retryAfterMs: number, why: string): Uint8Array =>
  replyFrame(id, { $case: 'unavailable', value: { retryAfterMs, why } });

export const incompleteFrame = (room: string, after: number, until: number): Uint8Array =>
  frameOf({ $case: 'incomplete', value: { room, after, until } });

export const removedFrame = (room: string, code: string, why: string): Uint8Array =>
  frameOf({ $case: 'removed', value: { room, code, why: why === '' ? whyOf(code) : why } });

export const signalFrame = (signal: Signal): Uint8Array => frameOf({ $case: 'signal', value: signal });

/** `retryAfterMs` undefined: do not come back by yourself. */
export const goAwayFrame = (code: number, reason: string, retryAfterMs?: number): Uint8Array =>
  frameOf({ $case: 'goAway', value: { code, reason, retryAfterMs } });

const whyOf = (code: string): string => (code in refusals ? refusals[code as RefusalCode].why : '');

/** A batch frame that only moves the reader on. */
export const advanceFrame = (room: string, prev: number, last: number): Uint8Array => encodeBatchFrame({ room, prev, last, events: [] });

/** The batch frame without what a reader at `after` has: for the rare position inside a batch. */
export function trimmedBatch(bytes: Uint8Array, after: number): Uint8Array {
  const newer = (event: Event): boolean => event.position > after;
  const batches = ServerFrame.decode(bytes)
    .batches.filter((batch) => batch.last > after)
    .map((batch) => ({ ...batch, prev: Math.max(batch.prev, after), events: batch.events.filter(newer) }));
  return ServerFrame.encode({ batches, body: undefined }).finish();
}

const headTag = 16;

/** The `head` of an encoded Reply without id: its first field where it is there, so that a reply need not be decoded for it. 0: none. */
export function headOf(reply: Uint8Array): number {
  if (reply[0] !== headTag) return 0;
  let head = 0;
  for (let i = 1, weight = 1; i < reply.length && i < 9; i++, weight *= 128) {
    const byte = reply[i]!;
    head += (byte & 0x7f) * weight;
    if (byte < 0x80) return head;
  }
  return 0;
}
