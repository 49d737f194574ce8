import { BinaryReader, type BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  Authenticate,
  CloseRoom,
  CreateRoom,
  GetRoom,
  Join,
  KickMember,
  Leave,
  ListMembers,
  MuteMember,
  OpenRoom,
  Ping,
  ReadHistory,
  SendMessage,
  SetRole,
  TimedMuteMember,
  TimedUnmuteMember,
  UnmuteMember,
  UpdateRoom,
  type ClientFrame,
} from '@plaza/proto/client';

/** What a client frame asks: one case of `ClientFrame.body`. */
export type ClientBody = NonNullable<ClientFrame['body']>;
/** What the edge answers by itself, or passes to the history. */
export type EdgeCase = 'authenticate' | 'ping' | 'readHistory';
/** What a room decides about. */
export type RoomCommand = Exclude<ClientBody, { $case: EdgeCase }>;
export type CommandCase = RoomCommand['$case'];

/** A command's kind is its field number in `ClientFrame.body`; entries of room.proto carry it. */
export const commandKinds = {
  join: 16,
  leave: 17,
  sendMessage: 18,
  getRoom: 32,
  listMembers: 33,
  muteMember: 48,
  unmuteMember: 49,
  timedMuteMember: 50,
  timedUnmuteMember: 51,
  kickMember: 52,
  setRole: 53,
  createRoom: 80,
  updateRoom: 81,
  openRoom: 82,
  closeRoom: 83,
} as const satisfies Record<CommandCase, number>;

export const authenticateKind = 4;
export const pingKind = 5;
export const readHistoryKind = 6;

export const bodyKinds: Readonly<Record<ClientBody['$case'], number>> = {
  authenticate: authenticateKind,
  ping: pingKind,
  readHistory: readHistoryKind,
  ...commandKinds,
};

interface Codec<T> {
  encode(value: T, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader): T;
}
type Codecs = { readonly [C in ClientBody['$case']]: Codec<Extract<ClientBody, { $case: C }>['value']> };

const codecs: Codecs = {
  authenticate: Authenticate,
  ping: Ping,
  readHistory: ReadHistory,
  join: Join,
  leave: Leave,
  sendMessage: SendMessage,
  getRoom: GetRoom,
  listMembers: ListMembers,
  muteMember: MuteMember,
  unmuteMember: UnmuteMember,
  timedMuteMember: TimedMuteMember,
  timedUnmuteMember: TimedUnmuteMember,
  kickMember: KickMember,
  setRole: SetRole,
  createRoom: CreateRoom,
  updateRoom: UpdateRoom,
  openRoom: OpenRoom,
  closeRoom: CloseRoom,
};

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
    const value = (codecs[name] as Codec<unknown>).decode(reader);
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
  const codec = codecs[command.$case] as Codec<unknown>;
  return { kind: bodyKinds[command.$case], body: codec.encode(command.value).finish() };
}
