import { commandKinds } from '@plaza/protocol';
import { mayAsk, passOn } from '../answers.js';
import type { Handler } from '../dispatch.js';
import { presentIn } from '../present.js';

/** The session is over at once; the answer is the room's. */
export const leave: Handler = (edge, connection, frame) => {
  const session = presentIn(edge, connection, frame);
  if (session === undefined || !mayAsk(edge, connection, frame.id)) return;
  const { feed } = session;
  const facts = session.facts();
  edge.sessions.end(session);
  const commandId = frame.commandId === '' ? edge.names.next() : frame.commandId;
  const command = { room: feed.room, session: session.number, kind: commandKinds.leave, body: frame.body.slice(), commandId, facts };
  edge.router.submitTo(command, (outcome) => passOn(connection, frame.id, feed, outcome));
};
