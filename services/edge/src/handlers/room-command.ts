import { refuse, type Refusal } from '@plaza/domain';
import type { Capability } from '@plaza/kit';
import { commandKinds, decodeCommand, type CrackedFrame } from '@plaza/protocol';
import { mayAsk, passOn, refuseFrame } from '../answers.js';
import type { Connection } from '../connection.js';
import type { EdgeContext } from '../context.js';
import type { Handler } from '../dispatch.js';
import { presentIn } from '../present.js';

const sending: readonly number[] = [commandKinds.sendMessage, commandKinds.react];
/** What everybody who may send does; reads need nothing, all else is management. */
const taking: readonly number[] = [
  commandKinds.recallMessage,
  commandKinds.setAttributes,
  commandKinds.removeAttributes,
  commandKinds.offerQueue,
  commandKinds.pollQueue,
  commandKinds.updateQueue,
];
const firstRead = commandKinds.getRoom;
const lastRead = commandKinds.listRestrictions;

/** Whatever the room decides: it gets the client's own bytes. */
export const roomCommand: Handler = (edge, connection, frame) => {
  const session = presentIn(edge, connection, frame);
  if (session === undefined) return;
  const no = whyNot(edge, connection, frame);
  if (no !== undefined) return refuseFrame(edge, connection, frame.id, no);
  if (!mayAsk(edge, connection, frame.id)) return;
  const { feed, number } = session;
  const { id, kind } = frame;
  const commandId = frame.commandId === '' ? edge.names.next() : frame.commandId;
  // The socket library takes its buffer back when the handler returns, and the command may have to be sent again.
  const body = frame.body.slice();
  edge.router.submitTo({ room: feed.room, session: number, kind, body, commandId }, (outcome) => passOn(connection, id, feed, outcome));
};

/** What the token does not allow, and what the account may in no room. */
function whyNot(edge: EdgeContext, { account, capabilities }: Connection, frame: CrackedFrame): Refusal | undefined {
  if (sending.includes(frame.kind) && edge.accounts.isMuted(account)) return refuse('muted-everywhere');
  const needed = capabilityFor(frame);
  if (needed === undefined || capabilities === undefined || capabilities.includes(needed)) return undefined;
  return refuse('not-allowed', `the token does not allow to ${needed}`);
}

function capabilityFor(frame: CrackedFrame): Capability | undefined {
  const { kind } = frame;
  if (kind >= firstRead && kind <= lastRead) return undefined;
  if (sending.includes(kind) || taking.includes(kind) || isOwnProfile(frame)) return 'send';
  return 'manage';
}

function isOwnProfile({ kind, body }: CrackedFrame): boolean {
  if (kind !== commandKinds.updateMember) return false;
  const command = decodeCommand(kind, body);
  return command?.$case === 'updateMember' && command.value.account === '';
}
