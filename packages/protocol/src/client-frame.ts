import { ClientFrame } from '@plaza/proto/client';
import { isBodyKind } from './commands.js';
import { malformed, WireReader, wireType } from './wire.js';

/** A client frame taken apart as far as an edge needs it: the body stays in the client's own bytes. */
export interface CrackedFrame {
  id: number;
  commandId: string;
  room: string;
  /** The field number of the body in ClientFrame; 0: there is none that is known here. */
  kind: number;
  /** A view into the frame. */
  body: Uint8Array;
}

const field = { id: 1, commandId: 2, room: 3 } as const;
const nothing = new Uint8Array(0);

/**
 * Takes a binary client frame apart. Undefined: malformed, that is cut off, a group, an id above 32 bits, text that is not UTF-8, or a known
 * field of the wrong wire type. Unknown fields are passed over; of a repeated field the last one counts. Never throws.
 */
export function crackClientFrame(bytes: Uint8Array): CrackedFrame | undefined {
  const reader = new WireReader(bytes);
  const frame: CrackedFrame = { id: 0, commandId: '', room: '', kind: 0, body: nothing };
  while (!reader.atEnd) {
    const tag = reader.uint32();
    if (tag === malformed || tag >>> 3 === 0 || !readField(reader, tag >>> 3, tag & 7, frame)) return undefined;
  }
  return frame;
}

function readField(reader: WireReader, number: number, type: number, frame: CrackedFrame): boolean {
  if (number === field.id) return type === wireType.varint && (frame.id = reader.uint32()) !== malformed;
  const isText = number === field.commandId || number === field.room;
  if (!isText && !isBodyKind(number)) return reader.skip(type);
  if (type !== wireType.bytes) return false;
  return isText ? readText(reader, number, frame) : readBody(reader, number, frame);
}

function readText(reader: WireReader, number: number, frame: CrackedFrame): boolean {
  const text = reader.text();
  if (text === undefined) return false;
  if (number === field.room) frame.room = text;
  else frame.commandId = text;
  return true;
}

function readBody(reader: WireReader, number: number, frame: CrackedFrame): boolean {
  const view = reader.view();
  if (view === undefined) return false;
  frame.kind = number;
  frame.body = view;
  return true;
}

/** A binary client frame, in a fresh buffer. */
export const encodeClientFrame = (frame: ClientFrame): Uint8Array => ClientFrame.encode(frame).finish();
