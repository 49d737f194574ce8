import { eraseAccount } from './commands/erase.js';
import { listAttributes, removeAttributes, setAttributes } from './commands/attributes.js';
import { addBots, clearBots, removeBots } from './commands/bots.js';
import { cancelClose, scheduleClose } from './commands/close.js';
import { blockDevice, unblockDevice } from './commands/devices.js';
import type { Handler, Handlers } from './commands/handler.js';
import { setTags, updateMember } from './commands/members.js';
import { sendMessage } from './commands/messages.js';
import {
  blockMember,
  kickMember,
  muteMember,
  timedMuteMember,
  timedUnmuteMember,
  unblockMember,
  unmuteMember,
} from './commands/moderation.js';
import { pinMessage, unpinMessage } from './commands/pin.js';
import { join, leave } from './commands/presence.js';
import { countMembers, getMembers, listMembers, listSessions } from './commands/queries.js';
import { getQueueElements, listQueue, peekQueue } from './commands/queue-reads.js';
import { deleteQueue, dropQueue, initQueue, offerQueue, pollQueue, updateQueue } from './commands/queue.js';
import { react } from './commands/react.js';
import { getRoom } from './commands/reads.js';
import { recallMessage, recallMessages } from './commands/recall.js';
import { decideAboutAccounts } from './commands/restrictions.js';
import { setRole } from './commands/roles.js';
import { muteRoom, muteTag, unmuteRoom, unmuteTag } from './commands/room-mute.js';
import { closeRoom, createRoom, openRoom, updateRoom } from './commands/room.js';
import { changeSettings, changeTerms, listTerms } from './commands/settings.js';
import { accountsRoom } from './ids.js';
import { isLonger, textLimits } from './limits.js';
import { refused } from './outcome.js';
import { refuse, type Refusal } from './refusal.js';
import { isCreated } from './room-state.js';
import type { Command, Context, Decision, RoomState } from './types.js';

type InRoom = Exclude<Command['$case'], 'createRoom' | 'restrictAccount' | 'noteAct' | 'listRestrictions'>;

const handlers: Handlers<InRoom> = {
  join,
  leave,
  sendMessage,
  react,
  recallMessage,
  recallMessages,
  pinMessage,
  unpinMessage,
  getRoom,
  listMembers,
  getMembers,
  countMembers,
  listSessions,
  listQueue,
  peekQueue,
  getQueueElements,
  listAttributes,
  listTerms,
  muteMember,
  unmuteMember,
  timedMuteMember,
  timedUnmuteMember,
  kickMember,
  setRole,
  blockMember,
  unblockMember,
  muteRoom,
  unmuteRoom,
  muteTag,
  unmuteTag,
  updateMember,
  setTags,
  blockDevice,
  unblockDevice,
  eraseAccount,
  updateRoom,
  openRoom,
  closeRoom,
  scheduleClose,
  cancelClose,
  changeSettings,
  changeTerms,
  setAttributes,
  removeAttributes,
  addBots,
  removeBots,
  clearBots,
  initQueue,
  offerQueue,
  pollQueue,
  updateQueue,
  dropQueue,
  deleteQueue,
};

/**
 * What a command comes to: a refusal, or events with their positions and the answer to the asker. Pure and total: it changes nothing, looks at no
 * clock, and has an answer to every input. The events have no effect before `apply`.
 */
export function decide(room: RoomState, command: Command, context: Context): Decision {
  if (isLonger(context.commandId, textLimits.commandId))
    return refused('too-large', `command_id has more than ${textLimits.commandId} characters`);
  if (room.id === accountsRoom) return decideAboutAccounts(room, command, context);
  if (command.$case === 'createRoom') return createRoom(room, command.value, context);
  if (!isCreated(room)) return refused('not-found', 'there is no such room');
  if (command.$case === 'restrictAccount' || command.$case === 'noteAct' || command.$case === 'listRestrictions')
    return refused('bad-request', 'asked of the room of accounts only');
  const comesOrGoes = command.$case === 'join' || command.$case === 'leave';
  const no = comesOrGoes ? undefined : mayAsk(room, context);
  return no ? { refusal: no } : (handlers[command.$case] as Handler<InRoom>)(room, command.value, context);
}

/** Why this actor may not ask this room anything: it is not there, or the session's account is not in it. Queries ask this too. */
export function mayAsk(room: RoomState, { actor, presence }: Pick<Context, 'actor' | 'presence'>): Refusal | undefined {
  if (!isCreated(room)) return refuse('not-found', 'there is no such room');
  return actor.kind === 'session' && !presence.isPresent(actor.account) ? refuse('not-joined') : undefined;
}
