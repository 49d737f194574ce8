import { refuse } from '@plaza/domain';
import type { CrackedFrame } from '@plaza/protocol';
import { refuseFrame } from './answers.js';
import type { Connection } from './connection.js';
import type { EdgeContext } from './context.js';
import type { Session } from './session.js';

/** The connection's session in the frame's room. Undefined: there is none, and it was told so. */
export function presentIn(edge: EdgeContext, connection: Connection, frame: CrackedFrame): Session | undefined {
  const session = connection.sessionIn(frame.room);
  if (session?.present === true) return session;
  refuseFrame(edge, connection, frame.id, refuse('not-joined'));
  return undefined;
}
