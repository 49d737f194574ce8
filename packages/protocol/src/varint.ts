/** Bytes that a number, 0 to 2^53 - 1, takes as a varint of protobuf. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** Writes it at `at`. Answers where the next field begins. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let next = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[next++] = 0x80 | (rest % 0x80);
  bytes[next++] = rest;
  return next;
}
