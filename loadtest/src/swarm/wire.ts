/**
 * Reads just enough of a ServerFrame to count its events and to follow the chain, without decoding a message: a client must cost less than the
 * server that it measures.
 */
export interface FrameCount {
  events: number;
  /** Batches whose prev was not the position before. */
  breaks: number;
  /** Incomplete frames: it was told of a hole, and the chain begins anew behind it. */
  told: number;
  last: number;
}

export const noFrames = (): FrameCount => ({ events: 0, breaks: 0, told: 0, last: 0 });

/** Fields of ServerFrame.body that a swarm looks at. */
export const body = { reply: 3, incomplete: 5, goAway: 6 } as const;
/** Fields of Reply.result. */
export const result = { refused: 3, unavailable: 4, accepted: 7, joined: 8 } as const;

export interface ReplySeen {
  /** Of the frame that is answered; 0: a room of the connect URL. */
  readonly id: number;
  /** The field of its result. */
  readonly result: number;
}

const batchTag = 0x0a;
const replyTag = (body.reply << 3) | 2;

let at = 0;

function varint(bytes: Uint8Array): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = bytes[at++] as number;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 128;
  }
}

function skip(bytes: Uint8Array, wireType: number): void {
  if (wireType === 0) varint(bytes);
  else if (wireType === 2) {
    const length = varint(bytes);
    at += length;
  } else if (wireType === 1) at += 8;
  else at += 4;
}

/** Adds what `bytes` from `start` to `end` (one ServerFrame) hold to `count`. Answers the field of its body; 0: it has none. */
export function countFrame(bytes: Uint8Array, start: number, end: number, count: FrameCount): number {
  at = start;
  let field = 0;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === batchTag) countBatch(bytes, count);
    else {
      field = tag >>> 3;
      skip(bytes, tag & 7);
    }
  }
  if (field === body.incomplete) {
    count.told++;
    count.last = 0;
  }
  return field;
}

/** The reply in a ServerFrame whose body is one. */
export function replyIn(bytes: Uint8Array, start: number, end: number): ReplySeen {
  at = start;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === replyTag) return readReply(bytes);
    skip(bytes, tag & 7);
  }
  return { id: 0, result: 0 };
}

function readReply(bytes: Uint8Array): ReplySeen {
  const length = varint(bytes);
  const end = at + length;
  let id = 0;
  let field = 0;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === 0x08) id = varint(bytes);
    else {
      // Behind the result may stand the head, which an edge appends.
      if (tag >>> 3 > 2) field = tag >>> 3;
      skip(bytes, tag & 7);
    }
  }
  return { id, result: field };
}

function countBatch(bytes: Uint8Array, count: FrameCount): void {
  const length = varint(bytes);
  const end = at + length;
  let prev = 0;
  let last = 0;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === 0x10) prev = varint(bytes);
    else if (tag === 0x18) last = varint(bytes);
    else {
      if (tag === 0x22) count.events++;
      skip(bytes, tag & 7);
    }
  }
  if (count.last !== 0 && prev !== count.last) count.breaks++;
  count.last = last;
}
