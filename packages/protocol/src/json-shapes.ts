import { MessageClass, NoticesMode, Role } from '@plaza/proto/client';

/** What a field of a client frame may be in JSON. A test keeps these tables equal to client.proto. */
export type FieldShape = 'string' | 'bool' | 'uint32' | 'uint64' | EnumShape | MessageShape;

export interface EnumShape {
  readonly enum: Readonly<Record<string, number>>;
}

export interface MessageShape {
  readonly fields: Readonly<Record<string, FieldShape>>;
  /** At most one of these may be set. */
  readonly oneof?: readonly string[];
}

const role: EnumShape = { enum: Role };
const messageClass: EnumShape = { enum: MessageClass };
const noticesMode: EnumShape = { enum: NoticesMode };

const empty: MessageShape = { fields: {} };
const device: MessageShape = { fields: { id: 'string', kind: 'string' } };
const notice: MessageShape = { fields: { notify: 'bool', ext: 'string' } };
const aboutMember: MessageShape = { fields: { account: 'string', notice } };
const text: MessageShape = { fields: { text: 'string' } };
const custom: MessageShape = { fields: { subType: 'string', content: 'string' } };
const body: MessageShape = { fields: { ext: 'string', text, custom }, oneof: ['text', 'custom'] };
const messageOptions: MessageShape = { fields: { store: 'bool', class: messageClass } };
const roomChanges: MessageShape = {
  fields: { name: 'string', announcement: 'string', broadcastUrl: 'string', ext: 'string', notices: noticesMode, anonymousAllowed: 'bool' },
};

const bodies = {
  authenticate: { fields: { token: 'string', device } },
  ping: empty,
  readHistory: { fields: { before: 'uint64', after: 'uint64', limit: 'uint32' } },
  join: { fields: { after: 'uint64', nickname: 'string', avatar: 'string', ext: 'string' } },
  leave: empty,
  sendMessage: { fields: { body, options: messageOptions } },
  getRoom: empty,
  listMembers: { fields: { pageToken: 'string', limit: 'uint32' } },
  muteMember: aboutMember,
  unmuteMember: aboutMember,
  timedMuteMember: { fields: { account: 'string', seconds: 'uint32', notice } },
  timedUnmuteMember: aboutMember,
  kickMember: { fields: { account: 'string', reason: 'string', notice } },
  setRole: { fields: { account: 'string', role, notice } },
  createRoom: { fields: { creator: 'string', profile: roomChanges } },
  updateRoom: { fields: { changes: roomChanges, notice } },
  openRoom: { fields: { notice } },
  closeRoom: { fields: { reason: 'string', notice } },
} as const satisfies Record<string, MessageShape>;

export const clientFrameShape: MessageShape = {
  fields: { id: 'uint32', commandId: 'string', room: 'string', ...bodies },
  oneof: Object.keys(bodies),
};
