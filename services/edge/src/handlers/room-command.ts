import { refuse, type Refusal } from '@plaza/domain';
import { commandKinds, type CrackedFrame } from '@plaza/protocol';
import { mayAsk, passOn, refuseFrame } from '../answers.js';
import type { Connection } from '../connection.js';
import type { EdgeContext } from '../context.js';
import type { Handler } from '../dispatch.js';
import { neededCapability } from '../needed-capability.js';
import { presentIn } from '../present.js';

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
  const command = { room: feed.room, session: number, kind, body, commandId, ...session.news() };
  edge.router.submitTo(command, (outcome) => passOn(connection, id, feed, outcome));
};

/** What the token does not allow, and what the account may in no room. */
function whyNot(edge: EdgeContext, { account, capabilities }: Connection, frame: CrackedFrame): Refusal | undefined {
  const isSaying = frame.kind === commandKinds.sendMessage || frame.kind === commandKinds.react;
  if (isSaying && edge.accounts.isMuted(account)) return refuse('muted-everywhere');
  const needed = capabilities && neededCapability(account, frame);
  if (needed === undefined || capabilities?.includes(needed) === true) return undefined;
  return refuse('not-allowed', `the token does not allow to ${needed}`);
}
