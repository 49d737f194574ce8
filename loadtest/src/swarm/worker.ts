import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { causeOf, issueToken, within } from '@plaza/kit';
import { ClientFrame } from '@plaza/proto/client';
import { Arrival, waitIn } from './arrival.js';
import { LeanSocket, NotLetIn, type OnFrame } from './lean-socket.js';
import { Lags } from './lags.js';
import type { Speech, SwarmCount, SwarmOrder, Talked, TalkOrder } from './order.js';
import { widest, type Places } from './places.js';
import { Talk, type Talker } from './talk.js';
import { body, countFrame, noFrames, type FrameCount } from './wire.js';

/** What one process of a swarm tells; lags in a form that goes from process to process. */
export type WorkerCount = Omit<SwarmCount, 'lags' | 'places'> & {
  readonly lags: readonly (readonly [string, number])[];
  readonly places: readonly (readonly [string, Places])[];
};

export type WorkerAsk =
  | { readonly ask: 'open'; readonly order: SwarmOrder }
  | { readonly ask: 'count' }
  | { readonly ask: 'close'; readonly share: number }
  | { readonly ask: 'reading'; readonly on: boolean }
  | { readonly ask: 'edges'; readonly urls: readonly string[] }
  | { readonly ask: 'talk'; readonly order: TalkOrder };

/**
 * Source ports of one address run out at 28,000, and long before that the kernel looks for a free one longer than all else takes (with 20,000 on an
 * address: 8 ms a socket). So each process has addresses of its own in the loopback range, and few sockets on each.
 */
const socketsAnAddress = 1000;
const localAddressOf = (number: number): string =>
  `127.${1 + (process.pid % 250)}.${1 + (Math.floor(process.pid / 250) % 250)}.${2 + (Math.floor(number / socketsAnAddress) % 250)}`;
const tokenMs = 3_600_000;

const shared = LeanSocket.sharedBuffer();
/** Those that we closed. */
const letGo = new Set<LeanSocket>();
let dropped = 0;
let cut = 0;
let pausesMs: number[] = [];
let triesAtMs: number[] = [];
/** Where who comes back may go; undefined: to the edges of its order. */
let edges: readonly string[] | undefined;
const sockets: LeanSocket[] = [];
const talkers: Talker[] = [];
let talk: Talk | undefined;
const counts: FrameCount[] = [];
/** Of those with a room: which, and what they have of it. */
const seats: { readonly room: string; readonly count: FrameCount }[] = [];
const failed: Record<string, number> = {};
const lags = new Lags();
let entered = 0;
let refusals = 0;
let timedOut = 0;
let openMs = 0;
let frames = 0;
let bytes = 0;
let broken: Error | undefined;
const stalls = monitorEventLoopDelay({ resolution: 10 });
stalls.enable();

/** Since the last time that it was asked. */
function longestStallMs(): number {
  const { max } = stalls;
  stalls.reset();
  return Math.round(max / 1e6);
}

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

function onFrameOf(
  { speech, watchEvery = 0 }: SwarmOrder,
  index: number,
  arrival: Arrival,
  count: FrameCount,
  socket: () => LeanSocket,
): OnFrame {
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
    const field = countFrame(buffer, start, end, count);
    if (field !== 0) arrival.saw(field, buffer, start, end);
    if (field === body.reply) talk?.replied(buffer, start, end);
    if (field === body.goAway) socket().sentAwayMs = waitIn(buffer, start, end);
    if (!watched) return;
    try {
      lags.sawFrame(buffer, start, end);
    } catch (error) {
      broken ??= error as Error;
    }
  };
}

const roomOf = ({ rooms = [] }: SwarmOrder, number: number): string | undefined => rooms[number % rooms.length];

function pathOf(order: SwarmOrder, number: number): string {
  const { url, tokens } = order;
  const { pathname, searchParams: query } = new URL(url);
  const room = roomOf(order, number);
  if (room !== undefined) query.set('room', room);
  if (tokens !== undefined)
    query.set(
      'token',
      issueToken(tokens.secret, {
        account: `${tokens.prefix}-${number}`,
        expiresMs: Date.now() + tokenMs,
        capabilities: ['enter', 'send'],
        ...(tokens.tags === undefined ? {} : { tags: tokens.tags }),
      }),
    );
  return query.size === 0 ? pathname : `${pathname}?${query.toString()}`;
}

/** Only from there a connection may come from any address of the range. */
const isLoopback = (hostname: string): boolean => hostname === 'localhost' || hostname.startsWith('127.');

const numberOf = ({ first = 0 }: SwarmOrder, index: number): number => first + index;

/** The edge of a socket, and after it the others in turn. */
function edgeOf({ url, urls = [url] }: SwarmOrder, number: number, attempt: number): URL {
  const among = attempt === 0 ? urls : (edges ?? urls);
  return new URL(among[(number + attempt) % among.length] as string);
}

function socketTo(
  { hostname, port }: URL,
  order: SwarmOrder,
  index: number,
  path: string,
  arrival: Arrival,
  count: FrameCount,
): LeanSocket {
  const number = numberOf(order, index);
  const socket: LeanSocket = new LeanSocket(
    {
      host: hostname,
      port: Number(port) || 80,
      path,
      subprotocol: order.speech === 'plaza' ? 'plaza.v1' : undefined,
      localAddress: isLoopback(hostname) ? localAddressOf(number) : undefined,
    },
    shared,
    onFrameOf(order, index, arrival, count, () => socket),
  );
  return socket;
}

/** Resolves when it is in; rejects where it is not let in, its socket closes before, or it takes longer than `leftMs`. */
async function enter(order: SwarmOrder, index: number, path: string, leftMs: number | undefined): Promise<void> {
  const number = numberOf(order, index);
  const [arrival, count] = [new Arrival(), noFrames()];
  counts.push(count);
  const socket = socketTo(edgeOf(order, number, 0), order, index, path, arrival, count);
  const joins = order.speech === 'plaza' && (order.rooms ?? []).length > 0;
  const isIn = Promise.race([socket.ended, joins ? Promise.all([socket.opened, arrival.joined]) : socket.opened]);
  try {
    await (leftMs === undefined ? isIn : within(leftMs, 'an attempt to enter', isIn));
  } catch (error) {
    socket.close();
    throw error;
  }
  sockets.push(socket);
  const room = roomOf(order, number);
  if (room !== undefined) seats.push({ room, count });
  if (order.comesBack === true) comeBackFrom(socket, order, index, count);
  if (order.talks === true && room !== undefined) talkers.push({ socket, room });
  for (const text of enterPeer[order.speech]) socket.sendText(text);
}

/** A return takes no longer, else it is tried again. */
const returnMs = 10_000;
const longestWaitMs = 5000;

/** When it is closed by another than us: it is away until it is in again, wherever that is. As the SDK does, it first waits as long as it was told to. */
function comeBackFrom(socket: LeanSocket, order: SwarmOrder, index: number, count: FrameCount): void {
  socket.ended.catch(() => (letGo.has(socket) ? undefined : comeBack(socket, order, index, count)));
}

async function comeBack(gone: LeanSocket, order: SwarmOrder, index: number, count: FrameCount): Promise<void> {
  dropped++;
  const { sentAwayMs } = gone;
  if (sentAwayMs === undefined) cut++;
  if (sentAwayMs === Number.POSITIVE_INFINITY) return;
  const lostMs = performance.now();
  for (let attempt = 1; !letGo.has(gone); attempt++) {
    const spread = Math.random() * Math.min(longestWaitMs, spreadMs * 2 ** (attempt - 1));
    await pause(attempt === 1 ? (sentAwayMs ?? spread) : spread);
    triesAtMs.push(Date.now());
    try {
      const socket = await enterAgain(order, index, attempt, count);
      pausesMs.push(performance.now() - lostMs);
      sockets[sockets.indexOf(gone)] = socket;
      return comeBackFrom(socket, order, index, count);
    } catch (error) {
      if (error instanceof NotLetIn && error.retryAfterMs !== undefined) await pause(error.retryAfterMs);
    }
  }
}

/** By a frame that says what it has; where it has nothing yet, as if for the first time. */
async function enterAgain(order: SwarmOrder, index: number, attempt: number, count: FrameCount): Promise<LeanSocket> {
  const number = numberOf(order, index);
  const arrival = new Arrival(1, () => {
    count.told++;
    count.last = 0;
  });
  const path = pathOf({ ...order, rooms: [] }, number);
  const socket = socketTo(edgeOf(order, number, attempt), order, index, path, arrival, count);
  const join = ClientFrame.fromPartial({
    id: 1,
    room: roomOf(order, number) ?? '',
    body: { $case: 'join', value: count.last === 0 ? {} : { after: count.last } },
  } as never);
  try {
    await within(
      returnMs,
      'a return',
      Promise.race([
        socket.ended,
        socket.opened.then(() => socket.sendBinary(ClientFrame.encode(join).finish())).then(() => arrival.joined),
      ]),
    );
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Who is told to come again may not do so in one moment with all the others. */
const spreadMs = 500;

/** Comes again as it is told to, and where the connection broke, as long as it has patience. */
async function openOne(order: SwarmOrder, index: number, path: string): Promise<void> {
  const { patienceMs } = order;
  const endMs = performance.now() + (patienceMs ?? 0);
  for (;;) {
    const waitMs = await attempt(order, index, path, patienceMs && endMs - performance.now());
    if (waitMs === undefined) return;
    if (performance.now() + waitMs > endMs) break;
    refusals++;
    await pause(waitMs);
  }
  timedOut++;
}

/** Undefined: it is in, or will not be; else it should come again after so many ms. */
async function attempt(order: SwarmOrder, index: number, path: string, leftMs: number | undefined): Promise<number | undefined> {
  try {
    await enter(order, index, path, leftMs);
    entered++;
  } catch (error) {
    const againMs = error instanceof NotLetIn ? error.retryAfterMs : 0;
    if (leftMs !== undefined && againMs !== undefined) return againMs + Math.random() * spreadMs;
    failed[causeOf(error)] = (failed[causeOf(error)] ?? 0) + 1;
  }
  return undefined;
}

async function open(order: SwarmOrder): Promise<void> {
  // Signing is no part of what is measured.
  const paths = Array.from({ length: order.sockets }, (_, index) => pathOf(order, (order.first ?? 0) + index));
  const startMs = performance.now();
  await (order.perSecond === undefined ? openInLanes(order, paths) : openAtRate(order, paths, order.perSecond));
  openMs = performance.now() - startMs;
}

async function openInLanes(order: SwarmOrder, paths: readonly string[]): Promise<void> {
  const left = paths.entries();
  const lane = async (): Promise<void> => {
    for (const [index, path] of left) await openOne(order, index, path);
  };
  await Promise.all(Array.from({ length: order.atOnce }, lane));
}

async function openAtRate(order: SwarmOrder, paths: readonly string[], perSecond: number): Promise<void> {
  const startMs = performance.now();
  const opening: Promise<void>[] = [];
  while (opening.length < paths.length) {
    const due = Math.min(paths.length, 1 + Math.floor(((performance.now() - startMs) * perSecond) / 1000));
    for (let index = opening.length; index < due; index++) opening.push(openOne(order, index, paths[index] as string));
    await pause(1);
  }
  await Promise.all(opening);
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
  const taken = { pausesMs, triesAtMs };
  [pausesMs, triesAtMs] = [[], []];
  return {
    entered,
    refusals,
    timedOut,
    openMs,
    open: sockets.length - closed,
    dropped,
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
    ...taken,
    cut,
    stallMs: longestStallMs(),
    places: [...widest(seats.map(({ room, count: { last } }) => [room, { least: last, most: last }]))],
  };
}

/** Closes the first ones that are open; the share is of all sockets. */
function close(share: number): void {
  const open = sockets.filter((socket) => !socket.closed);
  for (const socket of open.slice(0, Math.round(sockets.length * share))) {
    letGo.add(socket);
    socket.close();
  }
}

function setReading(socket: LeanSocket, on: boolean): void {
  if (on) socket.readOn();
  else socket.stopReading();
}

async function answer(message: WorkerAsk): Promise<WorkerCount | Talked> {
  if (message.ask === 'talk') return (talk = new Talk(message.order)).run(talkers);
  if (message.ask === 'open') await open(message.order);
  if (message.ask === 'edges') edges = message.urls;
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
