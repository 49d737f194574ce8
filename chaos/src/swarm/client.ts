import type { Reply, ServerFrame } from '@plaza/proto/client';
import type { Ask, SentCommand } from '../records.js';
import { Outstanding, type Waiting } from './outstanding.js';
import type { ClientPlan } from './plan.js';
import type { Prng } from './prng.js';
import type { Recorder } from './recorder.js';
import { Seat } from './seat.js';
import type { Sight } from './sight.js';
import { Socket } from './socket.js';

export interface ClientParts {
  readonly plan: ClientPlan;
  readonly token: string;
  readonly recorder: Recorder;
  readonly prng: Prng;
  readonly sights: ReadonlyMap<string, Sight>;
  readonly connectUrls: () => readonly string[];
}

/** A connection on which nothing comes for so long is given up; a ping each so often makes something come. */
const silentMs = 10_000;
const pingMs = 4000;
const firstPauseMs = 100;
const longestPauseMs = 3000;
const defaultRetryMs = 500;

/** One socket's owner: connects, comes back, keeps its seats, and sends again what was not answered, as docs/protocol.md asks of a client. */
export class SwarmClient {
  readonly seats: ReadonlyMap<string, Seat>;
  readonly outstanding = new Outstanding();
  unavailable = 0;
  answered = 0;
  events = 0;
  #socket: Socket | undefined;
  #connection = 0;
  #welcome = false;
  #nextId = 1;
  #names = 0;
  #failures = 0;
  #connectAt = 0;
  #heardAt = 0;
  #pingAt = 0;
  #staying = false;
  #ended = false;

  constructor(readonly parts: ClientParts) {
    this.seats = new Map(parts.plan.rooms.map((room) => [room, new Seat(room)]));
  }

  get connected(): boolean {
    return this.#welcome && this.#socket?.open === true;
  }

  isIn(room: string): boolean {
    return this.connected && this.seats.get(room)?.state === 'in';
  }

  get sent(): number {
    return this.#names;
  }

  // ---------------------------------------------------------------- asking

  /** A command that may be sent again: it gets an id of its own. */
  ask(room: string, ask: Ask, done: Waiting['done'] = () => undefined): SentCommand {
    const sent = this.parts.recorder.command(room, ask, `${this.parts.plan.client}-${++this.#names}`);
    this.#submit({ sent, since: performance.now(), dueAt: 0, done });
    return sent;
  }

  /** A command that is not sent again. */
  askOnce(room: string, ask: Ask, done: Waiting['done'] = () => undefined): void {
    this.#submit({ sent: this.parts.recorder.command(room, ask, ''), since: performance.now(), dueAt: 0, done });
  }

  /** The same command once more, although it was answered. `since`: when it was sent first; it is remembered for a while from then on, whatever holds this one up. */
  askAgain(sent: SentCommand, since: number): void {
    this.#submit({ sent, since, dueAt: 0, done: () => undefined });
  }

  #submit(waiting: Waiting): void {
    const { command, commandId, room, ask } = waiting.sent;
    if (!this.connected || (room !== '' && ask.$case !== 'join' && ask.$case !== 'leave' && !this.isIn(room)))
      return this.outstanding.hold(waiting);
    const id = this.#nextId++;
    this.outstanding.left(id, waiting);
    this.parts.recorder.note({ kind: 'sent', connection: this.#connection, id, command });
    this.#socket!.send(id, commandId, room, ask);
  }

  // ---------------------------------------------------------------- coming and going

  /** Called often: whatever is due. */
  tend(now: number): void {
    if (this.#ended) return;
    if (this.#socket === undefined) {
      if (!this.#staying && now >= this.#connectAt) this.#connect(now);
      return;
    }
    if (now - this.#heardAt > silentMs) return this.#socket.cut();
    if (!this.connected) return;
    if (now >= this.#pingAt) {
      this.#pingAt = now + pingMs;
      this.askOnce('', { $case: 'ping', value: {} });
    }
    if (!this.#staying) for (const seat of this.seats.values()) if (seat.state === 'out' && now >= seat.joinAt) this.#join(seat);
    for (const waiting of this.outstanding.due(now, (room) => this.isIn(room))) this.#submit(waiting);
  }

  /** Loses its connection and comes back after so long. */
  away(ms: number, politely: boolean): void {
    this.#connectAt = performance.now() + ms;
    this.parts.recorder.note({ kind: 'away', connection: this.#connection, ms: Math.round(ms) });
    if (politely) this.#socket?.close();
    else this.#socket?.cut();
  }

  /** Leaves a room, and enters it again after so long: as who was never there, or to go on where it was. */
  leave(room: string, ms: number, forgets: boolean): void {
    const seat = this.seats.get(room);
    if (seat?.state !== 'in') return;
    seat.state = 'joining';
    this.askOnce(room, { $case: 'leave', value: {} }, () => {
      if (forgets) seat.position = undefined;
      seat.out(performance.now() + ms);
    });
  }

  /** Whoever is away comes back now. */
  comeBack(): void {
    this.outstanding.comeToAnEnd();
    this.#connectAt = Math.min(this.#connectAt, performance.now() + longestPauseMs);
    for (const seat of this.seats.values()) seat.joinAt = Math.min(seat.joinAt, performance.now() + longestPauseMs);
  }

  /** From now on it stays where it is: who was refused for long does not come in when nobody waits any more. */
  stay(): void {
    this.#staying = true;
  }

  end(): Promise<void> {
    this.#ended = true;
    this.outstanding.giveUp();
    const socket = this.#socket;
    if (socket === undefined) return Promise.resolve();
    socket.close();
    return new Promise((resolve) => {
      this.#onceClosed = resolve;
      setTimeout(() => socket.cut(), 2000).unref();
    });
  }

  #onceClosed: () => void = () => undefined;

  #connect(now: number): void {
    const { plan, token, prng, recorder, connectUrls } = this.parts;
    const url = prng.pick(connectUrls());
    if (url === undefined) return;
    const connection = ++this.#connection;
    this.#heardAt = now;
    this.#nextId = 1;
    recorder.note({ kind: 'connecting', connection, url });
    this.#socket = new Socket(url, token, plan.device, {
      frame: (frame) => this.#take(frame),
      closed: (code) => this.#closed(connection, code),
    });
  }

  #closed(connection: number, code: number): void {
    this.parts.recorder.note({ kind: 'closed', connection, code });
    this.#socket = undefined;
    this.#failures = this.#welcome ? 0 : this.#failures + 1;
    this.#welcome = false;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures) * (0.5 + this.parts.prng.next());
    this.#connectAt = Math.max(this.#connectAt, performance.now() + pause);
    for (const seat of this.seats.values()) seat.state = 'out';
    this.outstanding.lost();
    this.#onceClosed();
  }

  #join(seat: Seat): void {
    const { after } = seat.join;
    seat.state = 'joining';
    const join = { after, nickname: '', avatar: '', ext: '', tags: [], noticeAudience: '' };
    this.askOnce(seat.room, { $case: 'join', value: join }, (reply) => this.#joined(seat, after, reply));
  }

  #joined(seat: Seat, after: number | undefined, reply: Reply | undefined): void {
    const now = performance.now();
    if (reply?.result?.$case === 'joined') {
      seat.joined(reply, after);
      return this.tend(now);
    }
    const waitMs = reply === undefined ? 0 : (retryOf(reply) ?? 1000 + 2000 * this.parts.prng.next());
    if (seat.state === 'joining') seat.out(now + waitMs);
  }

  // ---------------------------------------------------------------- hearing

  /** What comes behind its own end is nobody's affair. */
  #take({ batches, body }: ServerFrame): void {
    if (this.#ended) return;
    const { recorder } = this.parts;
    const now = performance.now();
    this.#heardAt = now;
    const connection = this.#connection;
    for (const batch of batches) {
      recorder.batch(connection, batch);
      this.#takeBatch(batch);
    }
    if (body?.$case === 'welcome') {
      recorder.note({ kind: 'connected', connection, edge: body.value.edge });
      this.#welcome = true;
      this.#pingAt = now + pingMs * this.parts.prng.next();
      this.tend(now);
    } else if (body?.$case === 'reply') this.#takeReply(connection, body.value);
    else if (body?.$case === 'signal') recorder.signal(connection, body.value);
    else if (body?.$case === 'direct') recorder.note({ kind: 'direct', connection, direct: body.value });
    else if (body?.$case === 'goAway') {
      recorder.note({ kind: 'go-away', connection, code: body.value.code });
      this.#connectAt = now + (body.value.retryAfterMs ?? longestPauseMs);
    } else if (body?.$case === 'incomplete') {
      recorder.note({ kind: 'incomplete', connection, ...body.value });
      this.seats.get(body.value.room)?.skipTo(body.value.until);
    } else if (body?.$case === 'removed') {
      recorder.note({ kind: 'removed', connection, room: body.value.room, code: body.value.code });
      this.#removed(this.seats.get(body.value.room), now);
    }
  }

  /** Half of those who were removed come back as new ones. */
  #removed(seat: Seat | undefined, now: number): void {
    if (seat === undefined) return;
    if (this.parts.prng.chance(0.5)) seat.position = undefined;
    seat.out(now + 300 + 1700 * this.parts.prng.next());
  }

  #takeBatch(batch: ServerFrame['batches'][number]): void {
    this.events += batch.events.length;
    const sight = this.parts.sights.get(batch.room);
    for (const event of batch.events) sight?.take(event);
    const seat = this.seats.get(batch.room);
    if (seat?.state === 'in' && !seat.take(batch)) this.#join(seat);
  }

  #takeReply(connection: number, reply: Reply): void {
    const waiting = this.outstanding.answered(reply.id);
    this.parts.recorder.reply(connection, waiting?.sent.command ?? -1, reply);
    if (waiting === undefined) return;
    this.answered++;
    if (reply.result?.$case === 'unavailable') {
      this.unavailable++;
      waiting.dueAt = performance.now() + (retryOf(reply) ?? defaultRetryMs);
      if (waiting.sent.commandId !== '') return this.outstanding.hold(waiting);
    }
    waiting.done(reply);
  }
}

function retryOf({ result }: Reply): number | undefined {
  if (result?.$case === 'unavailable') return result.value.retryAfterMs || defaultRetryMs;
  return result?.$case === 'refused' ? result.value.retryAfterMs : undefined;
}
