import { causeOf, issueToken } from '@plaza/kit';
import { LeanSocket, type OnFrame } from './lean-socket.js';
import { Lags } from './lags.js';
import type { Speech, SwarmOrder } from './order.js';
import { countFrame, noFrames, type FrameCount } from './wire.js';

/** What one process of a swarm tells; lags by the stamp of the message, so that those of several processes can be joined. */
export interface WorkerCount {
  readonly open: number;
  readonly closed: number;
  readonly closedWith: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly frames: number;
  readonly events: number;
  readonly breaks: number;
  readonly told: number;
  readonly bytes: number;
  readonly cpuMicros: number;
  readonly lags: readonly (readonly [string, number])[];
}

export type WorkerAsk =
  | { readonly ask: 'open'; readonly order: SwarmOrder }
  | { readonly ask: 'count' }
  | { readonly ask: 'close'; readonly share: number }
  | { readonly ask: 'reading'; readonly on: boolean };

/** Source ports for one pair of addresses run out at 28,000: spread over the loopback range. */
const socketsAnAddress = 10_000;
const tokenMs = 3_600_000;

const shared = LeanSocket.sharedBuffer();
const sockets: LeanSocket[] = [];
const counts: FrameCount[] = [];
const failed: Record<string, number> = {};
const lags = new Lags();
let frames = 0;
let bytes = 0;
let broken: Error | undefined;

/** What peers want to hear before they send anything. */
const enterPeer: Readonly<Record<Speech, readonly string[]>> = {
  plaza: [],
  bare: [],
  'socket.io': ['40'],
  centrifugo: ['{"id":1,"connect":{}}', '{"id":2,"subscribe":{"channel":"room"}}'],
};
/** Their pings are messages of the protocol, and so are the answers. */
const pings: Readonly<Partial<Record<Speech, { readonly ping: string; readonly pong: string }>>> = {
  'socket.io': { ping: '2', pong: '3' },
  centrifugo: { ping: '{}', pong: '{}' },
};

const plain: OnFrame = (_, start, end) => {
  frames++;
  bytes += end - start;
};

function onFrameOf({ speech, watchEvery = 0 }: SwarmOrder, index: number, socket: () => LeanSocket): OnFrame {
  const count = noFrames();
  counts.push(count);
  const watched = watchEvery > 0 && index % watchEvery === watchEvery - 1;
  const ping = pings[speech];
  if (speech !== 'plaza')
    return (buffer, start, end) => {
      if (end - start === ping?.ping.length) return socket().sendText(ping.pong);
      plain(buffer, start, end);
      count.events++;
      if (watched) lags.saw(buffer, start, end);
    };
  return (buffer, start, end) => {
    plain(buffer, start, end);
    countFrame(buffer, start, end, count);
    if (!watched) return;
    try {
      lags.sawFrame(buffer, start, end);
    } catch (error) {
      broken ??= error as Error;
    }
  };
}

function pathOf({ url, rooms = [], tokens }: SwarmOrder, number: number): string {
  const { pathname, searchParams: query } = new URL(url);
  if (rooms.length > 0) query.set('room', rooms[number % rooms.length] as string);
  if (tokens !== undefined)
    query.set(
      'token',
      issueToken(tokens.secret, {
        account: `${tokens.prefix}-${number}`,
        expiresMs: Date.now() + tokenMs,
        capabilities: ['enter', 'send'],
      }),
    );
  return query.size === 0 ? pathname : `${pathname}?${query.toString()}`;
}

/** Only from there a connection may come from any address of the range. */
const isLoopback = (hostname: string): boolean => hostname === 'localhost' || hostname.startsWith('127.');

async function openOne(order: SwarmOrder, index: number): Promise<void> {
  const number = (order.first ?? 0) + index;
  const { hostname, port } = new URL(order.url);
  const socket: LeanSocket = new LeanSocket(
    {
      host: hostname,
      port: Number(port) || 80,
      path: pathOf(order, number),
      subprotocol: order.speech === 'plaza' ? 'plaza.v1' : undefined,
      localAddress: isLoopback(hostname) ? `127.0.0.${2 + (Math.floor(number / socketsAnAddress) % 250)}` : undefined,
    },
    shared,
    onFrameOf(order, index, () => socket),
  );
  sockets.push(socket);
  try {
    await socket.opened;
    for (const text of enterPeer[order.speech]) socket.sendText(text);
  } catch (error) {
    failed[causeOf(error)] = (failed[causeOf(error)] ?? 0) + 1;
  }
}

async function open(order: SwarmOrder): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < order.sockets) await openOne(order, next++);
  };
  await Promise.all(Array.from({ length: Math.min(order.atOnce, order.sockets) }, lane));
}

function count(): WorkerCount {
  if (broken !== undefined) throw broken;
  let closed = 0;
  const sum = noFrames();
  const closedWith: Record<string, number> = {};
  for (const { closed: isClosed, closeCode } of sockets) {
    if (!isClosed) continue;
    closed++;
    closedWith[closeCode] = (closedWith[closeCode] ?? 0) + 1;
  }
  for (const each of counts) {
    sum.events += each.events;
    sum.breaks += each.breaks;
    sum.told += each.told;
  }
  const { user, system } = process.cpuUsage();
  const { events, breaks, told } = sum;
  return {
    open: sockets.length - closed,
    closed,
    closedWith,
    failed,
    frames,
    events,
    breaks,
    told,
    bytes,
    cpuMicros: user + system,
    lags: lags.take(),
  };
}

/** Closes the first ones that are open; the share is of all sockets. */
function close(share: number): void {
  const open = sockets.filter((socket) => !socket.closed);
  for (const socket of open.slice(0, Math.round(sockets.length * share))) socket.close();
}

function setReading(socket: LeanSocket, on: boolean): void {
  if (on) socket.readOn();
  else socket.stopReading();
}

async function answer(message: WorkerAsk): Promise<unknown> {
  if (message.ask === 'open') await open(message.order);
  if (message.ask === 'close') close(message.share);
  if (message.ask === 'reading') for (const socket of sockets) setReading(socket, message.on);
  return count();
}

process.on('message', (message: WorkerAsk) => {
  answer(message).then(
    (told) => process.send?.(told),
    (error: unknown) => process.send?.({ error: causeOf(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
