import { Batch, ClientFrame, ServerFrame } from '@plaza/proto/client';
import { clientFrameShape, uint64Names } from '@plaza/proto/client-shapes';
import { encodeCommand } from './commands.js';
import type { CrackedFrame } from './client-frame.js';
import { conform } from './json-check.js';

const quoteUint64 = (name: string, value: unknown): unknown => (typeof value === 'number' && uint64Names.has(name) ? String(value) : value);

/** The JSON text of what a generated `toJSON` gave: 64-bit fields become strings. */
export const jsonFromMessage = (message: unknown): string => JSON.stringify(message, quoteUint64);

/**
 * Takes a JSON client frame apart, the body encoded as a binary client would have. Undefined: not JSON, or not a client frame by the strict
 * rules of `conform`. Never throws.
 */
export function crackClientFrameJson(text: string): CrackedFrame | undefined {
  const checked = conform(parse(text), clientFrameShape);
  if (checked === undefined) return undefined;
  const { id, commandId, room, body } = ClientFrame.fromJSON(checked);
  return { id, commandId, room, ...(body ? encodeCommand(body) : { kind: 0, body: new Uint8Array(0) }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The JSON text of a client frame. */
export const clientFrameToJson = (frame: ClientFrame): string => jsonFromMessage(ClientFrame.toJSON(frame));

/** The JSON text of an encoded server frame. Throws where the bytes are none. */
export const serverFrameToJson = (bytes: Uint8Array): string => jsonFromMessage(ServerFrame.toJSON(ServerFrame.decode(bytes)));

/** Reads a JSON server frame, tolerant of what a newer server adds. Undefined: not a JSON object. */
export function serverFrameFromJson(text: string): ServerFrame | undefined {
  const value = parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? ServerFrame.fromJSON(value) : undefined;
}

/** The batches of an encoded batch frame as JSON texts behind each other, with commas and without brackets, for `jsonBatchFrame`. */
export const batchesToJson = (bytes: Uint8Array): string =>
  ServerFrame.decode(bytes)
    .batches.map((batch) => jsonFromMessage(Batch.toJSON(batch)))
    .join(',');

/** One JSON frame of several `batchesToJson` texts. */
export const jsonBatchFrame = (parts: readonly string[]): string => `{"batches":[${parts.join(',')}]}`;
