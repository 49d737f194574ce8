/** Keys sort as their numbers do: a 32-bit number, then a 48-bit sequence, big-endian. */
export function keyOf(first: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  key.writeUInt32BE(first, 0);
  key.writeUIntBE(sequence, 4, 6);
  return key;
}

export const sequenceOfKey = (key: Buffer): number => key.readUIntBE(4, 6);

export function encodeNumber(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

export const decodeNumber = (bytes: Buffer | undefined): number => bytes?.readUIntBE(0, 6) ?? 0;

/** What the stream's index says of a record: whose it is and when it was written. */
export interface Place {
  readonly shard: number;
  readonly atMs: number;
}

export function encodePlace(place: Place): Buffer {
  const bytes = Buffer.allocUnsafe(10);
  bytes.writeUInt32BE(place.shard, 0);
  bytes.writeUIntBE(place.atMs, 4, 6);
  return bytes;
}

export const decodePlace = (bytes: Buffer): Place => ({ shard: bytes.readUInt32BE(0), atMs: bytes.readUIntBE(4, 6) });

/** A record's value: the sequence that it follows, then its bytes. */
export const encodeStored = (expected: number, bytes: Uint8Array): Buffer => Buffer.concat([encodeNumber(expected), bytes]);

export const decodeStored = (value: Buffer): { expected: number; bytes: Uint8Array } => ({
  expected: decodeNumber(value),
  bytes: new Uint8Array(value.buffer, value.byteOffset + 6, value.length - 6),
});
