import { causeOf } from '@plaza/kit';
import { LeanSocket } from './lean-socket.js';
import type { SwarmCount, SwarmOrder } from './swarm.js';
import { countFrame, type FrameCount } from './wire.js';

/** Source ports for one pair of addresses run out at 28,000: spread over the loopback range. */
const socketsAnAddress = 10_000;

const shared = LeanSocket.sharedBuffer();
const sockets: LeanSocket[] = [];
const counts: FrameCount[] = [];
let frames = 0;
let bytes = 0;

function openOne(order: SwarmOrder, url: URL, index: number): Promise<void> {
  const count: FrameCount = { events: 0, breaks: 0, last: 0 };
  counts.push(count);
  const read = order.subprotocol !== undefined;
  const socket = new LeanSocket(
    {
      host: url.hostname,
      port: Number(url.port),
      path: `${url.pathname}${url.search}`,
      subprotocol: order.subprotocol,
      localAddress: `127.0.0.${2 + Math.floor(index / socketsAnAddress)}`,
    },
    shared,
    (buffer, start, end) => {
      frames++;
      bytes += end - start;
      if (read) countFrame(buffer, start, end, count);
      else count.events++;
    },
  );
  sockets.push(socket);
  return socket.opened;
}

async function open(order: SwarmOrder): Promise<object> {
  const url = new URL(order.url);
  for (let from = 0; from < order.sockets; from += order.atOnce) {
    const some = Math.min(order.atOnce, order.sockets - from);
    await Promise.all(Array.from({ length: some }, (_, i) => openOne(order, url, from + i)));
  }
  return {};
}

function count(): SwarmCount {
  let closed = 0;
  let events = 0;
  let breaks = 0;
  for (const socket of sockets) if (socket.closed) closed++;
  for (const each of counts) {
    events += each.events;
    breaks += each.breaks;
  }
  return { open: sockets.length - closed, closed, frames, events, breaks, bytes };
}

process.on('message', (message: { ask: 'open'; order: SwarmOrder } | { ask: 'count' }) => {
  if (message.ask === 'count') process.send?.(count());
  else
    open(message.order).then(
      (answer) => process.send?.(answer),
      (error: unknown) => process.send?.({ error: causeOf(error) }),
    );
});
process.on('disconnect', () => process.exit(0));
