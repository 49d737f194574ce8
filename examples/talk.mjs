// A chat client in plain WebSocket and JSON: joins a room, prints what happens there, says what is typed (one line a message).
//
//   node examples/talk.mjs 'ws://127.0.0.1:7000/v1/connect' lobby [token]
//
// Without a token it is an anonymous guest: it reads along, and its messages are refused. No dependency: WebSocket is built into Node 22; with
// Node 20 give `node --experimental-websocket`.
import { createInterface } from 'node:readline';

const [url, room, token] = process.argv.slice(2);
if (url === undefined || room === undefined) {
  console.error('usage: node talk.mjs <connect url> <room> [token]');
  process.exit(64);
}

const address = new URL(url);
if (token !== undefined) address.searchParams.set('token', token);
const socket = new WebSocket(address, 'plaza.v1.json');

let requests = 0;
let self = '';
/** Sends one client frame; its reply carries the same id. */
const ask = (body) => socket.send(JSON.stringify({ id: ++requests, commandId: crypto.randomUUID(), room, ...body }));

/** A text, or what else it is. */
const wordsOf = ({ text, custom, ...other } = {}) => text?.text ?? (custom ? `(${custom.subType})` : `(${Object.keys(other).at(-1)})`);

const say = {
  message: ({ message }) => console.log(`${message.nickname || message.account || 'platform'}: ${wordsOf(message.body)}`),
  messageRecalled: ({ messageRecalled }) => console.log(`* taken back: ${messageRecalled.recalled ?? `all of ${messageRecalled.account}`}`),
  muted: ({ targets }) => console.log(`* ${targets} may not speak`),
  timedMuted: ({ targets, timedMuted }) => console.log(`* ${targets} may not speak for ${timedMuted.seconds} s`),
  kicked: ({ targets }) => console.log(`* ${targets} was removed`),
  entered: ({ entered }) => console.log(`* ${entered.member.account} entered`),
  left: ({ left }) => console.log(`* ${left.account} left`),
};

function showReply(reply) {
  if (reply.joined) {
    self = reply.joined.self?.account ?? '';
    console.log(`* in ${room} as ${self}, ${reply.joined.room?.accounts ?? 0} online`);
  }
  if (reply.refused) console.log(`! ${reply.refused.code}: ${reply.refused.why}`);
  if (reply.unavailable) console.log(`! not now: ${reply.unavailable.why}`);
}

function showEvent(event) {
  const kind = Object.keys(event).find((name) => name in say);
  if (kind !== undefined) say[kind](event);
}

socket.onopen = () => ask({ join: {} });
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  for (const batch of frame.batches ?? []) for (const event of batch.events ?? []) showEvent(event);
  if (frame.reply) showReply(frame.reply);
  if (frame.direct) console.log(`${frame.direct.message.account} (only to you): ${wordsOf(frame.direct.message.body)}`);
  if (frame.removed) console.log(`! removed (${frame.removed.code}): ${frame.removed.why}`);
  if (frame.tokenExpires) console.log('! the token ends soon: start again with another one');
  if (frame.goAway) console.log(`! the server says goodbye: ${frame.goAway.reason}`);
};
socket.onerror = () => console.log('! the connection failed');
socket.onclose = ({ code }) => {
  console.log(`* closed (${code})`);
  process.exit(code === 1000 ? 0 : 1);
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (text) => {
  if (text !== '' && socket.readyState === WebSocket.OPEN) ask({ sendMessage: { body: { text: { text } } } });
});
lines.on('close', () => socket.close(1000));
