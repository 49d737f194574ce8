import { refuse, type Refusal } from '@plaza/domain';
import type { Authenticate } from '@plaza/proto/client';
import { authenticateKind, decodeBody } from '@plaza/protocol';
import { refuseFrame } from '../answers.js';
import { replyFrame } from '../frames.js';
import { authenticateBy } from '../identity.js';
import type { Connection } from '../connection.js';
import type { EdgeContext } from '../context.js';
import { dispatch, type Handler } from '../dispatch.js';
import { holdFrames } from '../waiting-frames.js';

/** The first frame of a connection without a token in its URL; later the renewal of a token, for the same account only. */
export const authenticate: Handler = (edge, connection, frame) => {
  const body = decodeBody(authenticateKind, frame.body);
  if (body?.$case !== 'authenticate') return refuseFrame(edge, connection, frame.id, refuse('bad-request', 'a body that cannot be read'));
  const { token, device } = body.value satisfies Authenticate;
  if ((device?.id.length ?? 0) > 64 || (device?.kind.length ?? 0) > 16)
    return refuseFrame(edge, connection, frame.id, refuse('bad-request', 'device'));
  if (connection.sessions.length === 0 && device !== undefined) {
    connection.deviceId = device.id;
    connection.deviceKind = device.kind;
  }
  const { id } = frame;
  const refusal = authenticateBy(edge, connection, token);
  if (!(refusal instanceof Promise)) return answer(edge, connection, id, refusal);
  const answered = refusal.then((later) => answer(edge, connection, id, later));
  // Who is known already goes on as who it is.
  if (connection.account === '')
    void holdFrames(connection, answered, (message, isBinary) => dispatch(edge, connection, message, isBinary));
};

function answer(edge: EdgeContext, connection: Connection, id: number, refusal: Refusal | undefined): void {
  if (refusal !== undefined) return refuseFrame(edge, connection, id, refusal);
  const { account, tokenExpiresMs } = connection;
  connection.send(replyFrame(id, { $case: 'authenticated', value: { account, tokenExpiresMs } }));
}
