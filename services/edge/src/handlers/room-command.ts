import { refuse } from '@plaza/domain';
import { commandKinds } from '@plaza/protocol';
import { mayAsk, passOn, refuseFrame } from '../answers.js';
import type { Handler } from '../dispatch.js';
import { presentIn } from '../present.js';

/** Whatever the room decides: it gets the client's own bytes. */
export const roomCommand: Handler = (edge, connection, frame) => {
  const session = presentIn(edge, connection, frame);
  if (session === undefined) return;
  if (frame.kind === commandKinds.sendMessage && connection.capabilities?.includes('send') === false) {
    return refuseFrame(edge, connection, frame.id, refuse('not-allowed', 'the token does not allow to send'));
  }
  if (!mayAsk(edge, connection, frame.id)) return;
  const { feed, number } = session;
  const { id, kind } = frame;
  const commandId = frame.commandId === '' ? edge.names.next() : frame.commandId;
  // The socket library takes its buffer back when the handler returns, and the command may have to be sent again.
  const body = frame.body.slice();
  edge.router.submitTo({ room: feed.room, session: number, kind, body, commandId }, (outcome) => passOn(connection, id, feed, outcome));
};
