import type { Position } from '../ids.js';
import { timeOfPosition } from '../position.js';
import type { RoomState } from '../types.js';
import { noState, type Appliers } from './applier.js';

export const messageEvents: Appliers<'message' | 'messageRecalled' | 'pinned' | 'unpinned'> = {
  message: noState,
  /** A pinned message that is taken back is not shown any longer. */
  messageRecalled: (room, _event, { recalled, account, sinceMs }) =>
    isPinned(room, recalled, account, sinceMs) ? pin(room, undefined) : [],
  pinned: (room, _event, { pinned }) => pin(room, pinned),
  unpinned: (room) => pin(room, undefined),
};

function pin(room: RoomState, pinned: RoomState['pinned']): string[] {
  room.pinned = pinned;
  return ['pinned'];
}

function isPinned({ pinned }: RoomState, recalled: Position, account: string, sinceMs: number): boolean {
  if (pinned === undefined) return false;
  if (recalled !== 0) return pinned.messageId === String(recalled);
  return pinned.message?.account === account && timeOfPosition(Number(pinned.messageId)) >= sinceMs;
}
