import { Reply } from '@plaza/proto/client';
import { crackClientFrame, encodeReplyFrame } from '@plaza/protocol';
import * as uWS from 'uWebSockets.js';
import { listen } from './listen.uws.js';

/** The thing to compare `send` with: uWebSockets alone takes everybody in and says "accepted" to whatever comes, with as many bytes as an edge does. Nothing is decided, kept or told to others. */
const position = 1_795_872_137_956_000;
const joined = Reply.encode(Reply.fromPartial({ head: position, result: { $case: 'joined', value: {} } })).finish();
const value = { messageId: String(position), position };
const accepted = Reply.encode(Reply.fromPartial({ head: position, result: { $case: 'accepted', value } })).finish();

const app = uWS.App();
app.ws('/*', {
  upgrade: (response, request, context) => {
    const [key, extensions] = [request.getHeader('sec-websocket-key'), request.getHeader('sec-websocket-extensions')];
    response.upgrade({}, key, 'plaza.v1', extensions, context);
  },
  open: (socket) => void socket.send(encodeReplyFrame(0, joined), true),
  message: (socket, message) => {
    const id = crackClientFrame(new Uint8Array(message))?.id ?? 0;
    socket.send(encodeReplyFrame(id, accepted), true);
  },
});
listen(app);
