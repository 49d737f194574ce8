import { sendMessage } from './commands/messages.js';
import { kickMember, muteMember, timedMuteMember, timedUnmuteMember, unmuteMember } from './commands/moderation.js';
import { join, leave } from './commands/presence.js';
import { getRoom, listMembers } from './commands/reads.js';
import { setRole } from './commands/roles.js';
import { closeRoom, createRoom, openRoom, updateRoom } from './commands/room.js';
import { isLonger, textLimits } from './limits.js';
import { refused } from './outcome.js';
import { refuse, type Refusal } from './refusal.js';
import { isCreated } from './room-state.js';
import type { Command, Context, CreatedRoom, Decision, RoomState } from './types.js';

type InRoom = Exclude<Command, { $case: 'createRoom' }>;
type Handler<C extends InRoom['$case']> = (room: CreatedRoom, value: Extract<InRoom, { $case: C }>['value'], context: Context) => Decision;

const handlers: { readonly [C in InRoom['$case']]: Handler<C> } = {
  join,
  leave,
  sendMessage,
  getRoom,
  listMembers,
  muteMember,
  unmuteMember,
  timedMuteMember,
  timedUnmuteMember,
  kickMember,
  setRole,
  updateRoom,
  openRoom,
  closeRoom,
};

/**
 * What a command comes to: a refusal, or events with their positions and the answer to the asker. Pure and total: it changes nothing, looks at no
 * clock, and has an answer to every input. The events have no effect before `apply`.
 */
export function decide(room: RoomState, command: Command, context: Context): Decision {
  if (isLonger(context.commandId, textLimits.commandId))
    return refused('too-large', `command_id has more than ${textLimits.commandId} characters`);
  if (command.$case === 'createRoom') return createRoom(room, command.value, context);
  if (!isCreated(room)) return refused('not-found', 'there is no such room');
  const comesOrGoes = command.$case === 'join' || command.$case === 'leave';
  const no = comesOrGoes ? undefined : mayAsk(room, context);
  return no ? { refusal: no } : (handlers[command.$case] as Handler<InRoom['$case']>)(room, command.value, context);
}

/** Why this actor may not ask this room anything: it is not there, or the session's account is not in it. Queries ask this too. */
export function mayAsk(room: RoomState, { actor, presence }: Pick<Context, 'actor' | 'presence'>): Refusal | undefined {
  if (!isCreated(room)) return refuse('not-found', 'there is no such room');
  return actor.kind === 'session' && !presence.isPresent(actor.account) ? refuse('not-joined') : undefined;
}
