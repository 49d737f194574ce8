export { PlazaClient, type ClientEvents, type ClientState, type PlazaClientOptions } from './client.js';
export {
  Room,
  type Counts,
  type Done,
  type NoticeOptions,
  type Profile,
  type RoomEvents,
  type RoomState,
  type SendOptions,
} from './room.js';
export { ConnectionLost, PlazaClosed, PlazaRefused, PlazaTimeout } from './errors.js';
export { newCommandId } from './command-id.js';
export { OutboxFull } from './outbox.js';
export type { SocketConstructor, SocketLike } from './socket.js';
export type { Timers } from './timers.js';
export { LeaveReason, MessageClass, Role } from '@plaza/proto/client';
export type { Body, Device, Event, HistoryPage, Member, MemberPage, Message, RoomInfo } from '@plaza/proto/client';
