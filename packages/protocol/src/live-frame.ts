/**
 * What holders publish and edges forward. Numbers are big-endian; u64 stays below 2^53.
 *
 *   0  u8   version (2)          8  u64 prev      40  u64 sequence
 *   1  u8   flags               16  u64 last      48  u32 accounts
 *   2  u16  segments            24  u64 epoch     52  u32 connections
 *   4  u32  bytes of control    32  u64 head      56  u32 bytes of the whole frame
 *  60  control, then the segments: u16 bytes of audience, u32 bytes of frame, u64 last, audience (UTF-8), frame
 *
 * A frame with flag `signal` has no place in the chain (prev = last = head); its one segment is a ready ServerFrame{signal}.
 */
export const liveFlags = { signal: 1, settling: 2, republished: 4 } as const;

export interface LiveHeader {
  readonly flags: number;
  readonly prev: number;
  readonly last: number;
  readonly epoch: number;
  readonly head: number;
  /** The log sequence of the record that holds the batch. */
  readonly sequence: number;
  readonly accounts: number;
  readonly connections: number;
}

export interface Segment {
  /** A tag expression; empty: everybody. */
  readonly audience: string;
  /** The position that a reader is at behind it, whether it was for that reader or not. A segment begins where the one before it ends, the first at `prev`. */
  readonly last: number;
  /** A ready ServerFrame with one batch. */
  readonly bytes: Uint8Array;
}

export interface LiveFrame extends LiveHeader {
  /** An encoded plaza.v1.Control, or empty. */
  readonly control: Uint8Array;
  readonly segments: readonly Segment[];
}

export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

const version = 2;
const headerBytes = 60;
const segmentHeaderBytes = 14;
const at = {
  flags: 1,
  segments: 2,
  control: 4,
  prev: 8,
  last: 16,
  epoch: 24,
  head: 32,
  sequence: 40,
  accounts: 48,
  connections: 52,
  total: 56,
};
const twoTo32 = 2 ** 32;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Encodes into a fresh buffer. Throws BadFrame where a number or length does not fit its field. */
export function encodeLiveFrame(frame: LiveFrame): Uint8Array {
  const audiences = frame.segments.map((segment) => encoder.encode(segment.audience));
  const size = frame.segments.reduce(
    (sum, segment, i) => sum + segmentHeaderBytes + audiences[i]!.length + segment.bytes.length,
    headerBytes + frame.control.length,
  );
  const bytes = new Uint8Array(size);
  writeHeader(new DataView(bytes.buffer), frame, size);
  bytes.set(frame.control, headerBytes);
  writeSegments(bytes, headerBytes + frame.control.length, frame.segments, audiences);
  return bytes;
}

function writeHeader(view: DataView, frame: LiveFrame, size: number): void {
  if (frame.segments.length > 0xffff) throw new BadFrame('more than 65,535 segments');
  view.setUint8(0, version);
  view.setUint8(at.flags, frame.flags);
  view.setUint16(at.segments, frame.segments.length);
  view.setUint32(at.control, frame.control.length);
  writeUint64(view, at.prev, frame.prev);
  writeUint64(view, at.last, frame.last);
  writeUint64(view, at.epoch, frame.epoch);
  writeUint64(view, at.head, frame.head);
  writeUint64(view, at.sequence, frame.sequence);
  view.setUint32(at.accounts, frame.accounts);
  view.setUint32(at.connections, frame.connections);
  view.setUint32(at.total, size);
}

function writeSegments(bytes: Uint8Array, start: number, segments: readonly Segment[], audiences: readonly Uint8Array[]): void {
  const view = new DataView(bytes.buffer);
  let offset = start;
  for (const [i, segment] of segments.entries()) {
    const audience = audiences[i]!;
    if (audience.length > 0xffff) throw new BadFrame('an audience of more than 65,535 bytes');
    view.setUint16(offset, audience.length);
    view.setUint32(offset + 2, segment.bytes.length);
    writeUint64(view, offset + 6, segment.last);
    bytes.set(audience, offset + segmentHeaderBytes);
    bytes.set(segment.bytes, offset + segmentHeaderBytes + audience.length);
    offset += segmentHeaderBytes + audience.length + segment.bytes.length;
  }
}

function writeUint64(view: DataView, offset: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new BadFrame(`${value} is no whole number below 2^53`);
  view.setUint32(offset, Math.floor(value / twoTo32));
  view.setUint32(offset + 4, value % twoTo32);
}

function readUint64(view: DataView, offset: number): number {
  const value = view.getUint32(offset) * twoTo32 + view.getUint32(offset + 4);
  if (!Number.isSafeInteger(value)) throw new BadFrame('a number of 2^53 or more');
  return value;
}

/** Throws BadFrame on another version, or where bytes are missing or too many. */
function checkedView(bytes: Uint8Array): DataView {
  if (bytes.length < headerBytes) throw new BadFrame(`${bytes.length} bytes are no live frame`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== version) throw new BadFrame(`version ${view.getUint8(0)}, not ${version}`);
  if (view.getUint32(at.total) !== bytes.length) throw new BadFrame(`${bytes.length} bytes of ${view.getUint32(at.total)}`);
  if (view.getUint32(at.control) > bytes.length - headerBytes) throw new BadFrame('control is longer than the frame');
  return view;
}

/** Throws BadFrame. */
export function readLiveHeader(bytes: Uint8Array): LiveHeader {
  const view = checkedView(bytes);
  return {
    flags: view.getUint8(at.flags),
    prev: readUint64(view, at.prev),
    last: readUint64(view, at.last),
    epoch: readUint64(view, at.epoch),
    head: readUint64(view, at.head),
    sequence: readUint64(view, at.sequence),
    accounts: view.getUint32(at.accounts),
    connections: view.getUint32(at.connections),
  };
}

/** The encoded Control, a view; empty: there is none. Throws BadFrame. */
export function readLiveControl(bytes: Uint8Array): Uint8Array {
  const length = checkedView(bytes).getUint32(at.control);
  return bytes.subarray(headerBytes, headerBytes + length);
}

/** The segments, their bytes as views. Throws BadFrame. */
export function readLiveSegments(bytes: Uint8Array): Segment[] {
  const view = checkedView(bytes);
  const segments: Segment[] = [];
  let offset = headerBytes + view.getUint32(at.control);
  for (let left = view.getUint16(at.segments); left > 0; left--) {
    if (offset + segmentHeaderBytes > bytes.length) throw new BadFrame('a segment is cut off');
    const audienceAt = offset + segmentHeaderBytes;
    const bytesAt = audienceAt + view.getUint16(offset);
    const end = bytesAt + view.getUint32(offset + 2);
    if (end > bytes.length) throw new BadFrame('a segment is cut off');
    const audience = readAudience(bytes.subarray(audienceAt, bytesAt));
    segments.push({ audience, last: readUint64(view, offset + 6), bytes: bytes.subarray(bytesAt, end) });
    offset = end;
  }
  if (offset !== bytes.length) throw new BadFrame('bytes behind the last segment');
  return segments;
}

function readAudience(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new BadFrame('an audience that is not UTF-8', { cause });
  }
}
