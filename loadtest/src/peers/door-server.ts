import { TokenVerifier, type Verified } from '@plaza/kit';
import { NoticesMode, Reply, Role, ServerFrame, Signal } from '@plaza/proto/client';
import { encodeReplyFrame } from '@plaza/protocol';
import * as uWS from 'uWebSockets.js';
import { listen } from './listen.uws.js';

interface Seat {
  readonly token: string;
  closed: boolean;
}

/**
 * The thing to compare `storm` with, what coming in costs where nobody decides anything: uWebSockets alone checks the token as an edge does, welcomes, says
 * "joined" a turn later, and each second signals to who is there while people come, all with as many bytes as an edge. PLAZA_TOKEN_SECRET signs the tokens.
 */
const tokens = new TokenVerifier(process.env['PLAZA_TOKEN_SECRET'] ?? '');
const [room, nowMs] = ['storm-1795872137956', Date.now()];
const counts = { accounts: 3000, connections: 3000 };
const self = { account: 'guest-12345', role: Role.ROLE_REGULAR, enteredMs: nowMs };
const info = {
  room,
  creator: 'host',
  createdMs: nowMs,
  updatedMs: nowMs,
  open: true,
  notices: NoticesMode.NOTICES_MODE_OFF,
  anonymousAllowed: true,
  ...counts,
};
const reply = Reply.fromPartial({ head: 1000 * nowMs, result: { $case: 'joined', value: { self, room: info, complete: true } } });
const joined = encodeReplyFrame(0, Reply.encode(reply).finish());
const signalled = Signal.fromPartial({ room, head: 1000 * nowMs, atMs: nowMs, ...counts });
const signal = ServerFrame.encode({ batches: [], body: { $case: 'signal', value: signalled } }).finish();

function welcome({ account, expiresMs }: Extract<Verified, { claims: unknown }>['claims']): Uint8Array {
  const value = { account, anonymous: false, tokenExpiresMs: expiresMs, edge: 'edge-1' };
  return ServerFrame.encode({ batches: [], body: { $case: 'welcome', value } }).finish();
}

let came = false;
const app = uWS.App();
app.ws<Seat>('/*', {
  upgrade: (response, request, context) => {
    const token = new URLSearchParams(request.getQuery()).get('token') ?? '';
    const [key, extensions] = [request.getHeader('sec-websocket-key'), request.getHeader('sec-websocket-extensions')];
    response.upgrade<Seat>({ token, closed: false }, key, request.getHeader('sec-websocket-protocol'), extensions, context);
  },
  open: (socket) => {
    const verified = tokens.verify(socket.getUserData().token, Date.now());
    if (!('claims' in verified)) return socket.end(4401);
    socket.send(welcome(verified.claims), true);
    came = true;
    setImmediate(() => {
      if (socket.getUserData().closed) return;
      socket.subscribe('room');
      socket.send(joined, true);
    });
  },
  close: (socket) => {
    socket.getUserData().closed = true;
  },
});
setInterval(() => {
  if (came) app.publish('room', signal, true);
  came = false;
}, 1000);
listen(app);
