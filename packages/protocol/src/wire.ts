/** Reads protobuf's wire format by hand where a whole decode would cost too much. Every method answers `malformed` instead of throwing. */
export const malformed = -1;

export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const maxUint32 = 0xffff_ffff;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class WireReader {
  position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  /** A varint that has to fit into 32 bits. Longer than five bytes, larger or cut off: `malformed`. */
  uint32(): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) return malformed;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value <= maxUint32 ? value : malformed;
    }
    return malformed;
  }

  /** The view of a length-delimited field; undefined where it is cut off. */
  view(): Uint8Array | undefined {
    const length = this.uint32();
    const start = this.position;
    if (length === malformed || length > this.bytes.length - start) return undefined;
    this.position = start + length;
    return this.bytes.subarray(start, this.position);
  }

  /** A string field; undefined where it is cut off or not UTF-8. */
  text(): string | undefined {
    const view = this.view();
    return view && decodeText(view);
  }

  /** Passes over one field of this wire type; false where it is cut off or the type does not exist (groups are refused). */
  skip(type: number): boolean {
    if (type === wireType.varint) return this.skipVarint();
    if (type === wireType.bytes) return this.view() !== undefined;
    if (type !== wireType.fixed64 && type !== wireType.fixed32) return false;
    this.position += type === wireType.fixed64 ? 8 : 4;
    return this.position <= this.bytes.length;
  }

  private skipVarint(): boolean {
    for (let i = 0; i < 10; i++) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) return false;
      if (byte < 0x80) return true;
    }
    return false;
  }
}

/** Short ASCII, the common case of ids, costs less by hand than by a TextDecoder call. */
function decodeText(view: Uint8Array): string | undefined {
  let text = '';
  if (view.length <= 64) {
    let i = 0;
    for (; i < view.length && view[i]! < 0x80; i++) text += String.fromCharCode(view[i]!);
    if (i === view.length) return text;
  }
  try {
    return utf8.decode(view);
  } catch {
    return undefined;
  }
}
