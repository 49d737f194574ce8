export { PlazaClient, type ClientEvents, type ClientState, type PlazaClientOptions } from './client.js';
export { Room, type Profile } from './room.js';
export type { Counts, Digest, Removal, RemovalCode, RoomEvents, RoomState } from './room-events.js';
export type { Done, NoticeOptions } from './room-requests.js';
export type { CommandOptions, Delivered, MessageName, RoomMessages, SendOptions, Sent } from './room-messages.js';
export type { MemberUpdate, RoomMembers } from './room-members.js';
export type { KickOptions, RoomModeration, TagOptions } from './room-moderation.js';
export type { OfferOptions, PollOptions, RoomQueue } from './room-queue.js';
export type { AttributeKey, AttributeValue, RoomAttributes } from './room-attributes.js';
export type { AddBotOptions, BotOptions, RoomBots } from './room-bots.js';
export type { OpenOptions, RoomAdmin, TermChanges } from './room-admin.js';
export type { MessageBody } from './message-body.js';
export { ConnectionLost, PlazaClosed, PlazaRefused, PlazaTimeout } from './errors.js';
export { newCommandId } from './command-id.js';
export { OutboxFull } from './outbox.js';
export type { SocketConstructor, SocketLike } from './socket.js';
export type { Timers } from './timers.js';
export {
  CloseKind,
  ContentRule,
  DeviceConflict,
  DevicePolicy,
  LeaveReason,
  MemberList,
  MessageClass,
  NoticesMode,
  OfferMode,
  OverBudget,
  QueueRights,
  Role,
} from '@plaza/proto/client';
export type {
  Attribute,
  Body,
  BotResults,
  CloseAsk,
  Device,
  Direct,
  Event,
  HistoryPage,
  Label,
  Member,
  MemberCounts,
  MemberPage,
  MembersFound,
  Message,
  Pinned,
  QueueElement,
  QueuePage,
  QueueResult,
  Reactions,
  RoomChanges,
  RoomInfo,
  RoomSettings,
  SessionPage,
} from '@plaza/proto/client';
