import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ClientFrame } from '@plaza/proto/client';
import { bodyCodecs, bodyKinds } from '@plaza/proto/client-shapes';

export { bodyKinds };

/** What a client frame asks: one case of `ClientFrame.body`. */
export type ClientBody = NonNullable<ClientFrame['body']>;
/** What the edge answers by itself, or passes to the history. */
export type EdgeCase = 'authenticate' | 'ping' | 'readHistory';
/** What a room decides about. */
export type RoomCommand = Exclude<ClientBody, { $case: EdgeCase }>;
export type CommandCase = RoomCommand['$case'];

const { authenticate: authenticateKind, ping: pingKind, readHistory: readHistoryKind, ...commandKinds } = bodyKinds;
export { authenticateKind, pingKind, readHistoryKind };
/** A command's kind is its field number in `ClientFrame.body`; entries of room.proto carry it. */
export { commandKinds };

const caseOfKind: ReadonlyMap<number, ClientBody['$case']> = new Map(
  (Object.keys(bodyKinds) as ClientBody['$case'][]).map((name) => [bodyKinds[name], name]),
);

export const isBodyKind = (kind: number): boolean => caseOfKind.has(kind);

/** The name of a kind, for metrics and logs; undefined: no such kind. */
export const bodyCaseOf = (kind: number): ClientBody['$case'] | undefined => caseOfKind.get(kind);

/** Decodes any body of a client frame. Undefined: no such kind, malformed bytes, or a 64-bit number of 2^53 and more. */
export function decodeBody(kind: number, body: Uint8Array): ClientBody | undefined {
  const name = caseOfKind.get(kind);
  if (name === undefined) return undefined;
  try {
    const reader = new BinaryReader(body);
    const value = bodyCodecs[name].decode(reader);
    // The generated decoder stops at a stray end-group tag instead of throwing.
    return reader.pos === body.length ? ({ $case: name, value } as ClientBody) : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes a command to a room. Undefined as for `decodeBody`, and for what is no room command. */
export function decodeCommand(kind: number, body: Uint8Array): RoomCommand | undefined {
  return kind < commandKinds.join ? undefined : (decodeBody(kind, body) as RoomCommand | undefined);
}

/** Encodes any body of a client frame; `body` is a fresh buffer. */
export function encodeCommand(command: ClientBody): { kind: number; body: Uint8Array } {
  return { kind: bodyKinds[command.$case], body: bodyCodecs[command.$case].encode(command.value).finish() };
}
