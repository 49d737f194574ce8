import WebSocket from 'ws';
import { ClientFrame, ServerFrame, type Event, type Reply } from '@plaza/proto/client';

type Body = NonNullable<ClientFrame['body']>;
type Result = NonNullable<Reply['result']>;
type Aside = NonNullable<ServerFrame['body']>;
type AsideCase = Aside['$case'];
type AsideOf<C extends AsideCase> = Extract<Aside, { $case: C }>['value'];
type ResultOf<C extends Result['$case']> = Extract<Result, { $case: C }>['value'];

/** One room as one client saw it. */
export interface Seen {
  last: number;
  readonly events: Event[];
  /** Batches whose `prev` was not the position before: each is a hole or a repeat that got through. */
  readonly breaks: string[];
}

/**
 * A client that believes nothing: plain WebSocket, binary protocol, no reconnecting, no mending. It keeps every event with its position and every
 * break of the chain, so that a story can judge what a session was really told.
 */
export class ProbeClient {
  readonly rooms = new Map<string, Seen>();
  readonly frames: ServerFrame[] = [];
  closed: { code: number } | undefined;
  #nextId = 1;
  readonly #waiting = new Map<number, (reply: Reply) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (bytes: Buffer) => this.#take(ServerFrame.decode(bytes)));
    socket.on('close', (code) => {
      this.closed = { code };
      for (const answer of this.#waiting.values())
        answer({ id: 0, head: 0, result: { $case: 'unavailable', value: { retryAfterMs: 0, why: 'connection closed' } } });
      this.#waiting.clear();
    });
  }

  /** `device`: id and kind, as `phone-1/ios`. */
  static async connect(url: string, token = '', { localAddress = '', device = '' } = {}): Promise<ProbeClient> {
    const [id = '', kind = ''] = device.split('/');
    const query = new URLSearchParams({
      ...(token === '' ? {} : { token }),
      ...(id === '' ? {} : { device: id }),
      ...(kind === '' ? {} : { deviceKind: kind }),
    });
    const socket = new WebSocket(`${url}?${query.toString()}`, 'plaza.v1', {
      perMessageDeflate: false,
      ...(localAddress === '' ? {} : { localAddress }),
    });
    const client = new ProbeClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** The reply's result; a refusal is a result, silence for 20 s is an error. */
  async ask(room: string, body: Body, commandId = ''): Promise<Reply> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no reply to ${body.$case} in ${room}`)), 20_000);
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      this.socket.send(ClientFrame.encode(ClientFrame.fromPartial({ id, commandId, room, body })).finish());
    });
  }

  /** As a JSON client would write it: `{ muteMember: { account: 'bob' } }`. */
  do(room: string, body: Record<string, unknown>, commandId = ''): Promise<Reply> {
    const { body: parsed } = ClientFrame.fromJSON(body);
    if (parsed === undefined) throw new Error(`no command: ${JSON.stringify(body)}`);
    return this.ask(room, parsed, commandId);
  }

  /** Joins and starts the room's record at the head that the reply names, or at `after`: what comes next has to fit there. */
  join(room: string, after?: number, more: Record<string, unknown> = {}): Promise<Reply> {
    if (after !== undefined && !this.rooms.has(room)) this.rooms.set(room, { last: after, events: [], breaks: [] });
    return this.do(room, { join: { ...(after === undefined ? {} : { after }), ...more } });
  }

  say(room: string, text: string, commandId = '', options: Record<string, unknown> = {}): Promise<Reply> {
    return this.do(room, { sendMessage: { body: { text: { text } }, options } }, commandId);
  }

  /** The texts of the messages seen in a room, in the order in which they came. */
  texts(room: string): string[] {
    return (this.rooms.get(room)?.events ?? []).flatMap((event) =>
      event.kind?.$case === 'message' && event.kind.value.body?.content?.$case === 'text' ? [event.kind.value.body.content.value.text] : [],
    );
  }

  events(room: string, kind: NonNullable<Event['kind']>['$case']): Event[] {
    return (this.rooms.get(room)?.events ?? []).filter((event) => event.kind?.$case === kind);
  }

  /** Everything of one kind that came beside the order, newest last. */
  aside<C extends AsideCase>(kind: C): AsideOf<C>[] {
    const found = this.frames.map(({ body }) => body).filter((body) => body?.$case === kind);
    return found.map((body) => body!.value) as unknown as AsideOf<C>[];
  }

  /** The newest signal of a room. */
  signal(room: string): Extract<NonNullable<ServerFrame['body']>, { $case: 'signal' }>['value'] | undefined {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const body = this.frames[i]?.body;
      if (body?.$case === 'signal' && body.value.room === room) return body.value;
    }
    return undefined;
  }

  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.close();
    });
  }

  #take(frame: ServerFrame): void {
    for (const batch of frame.batches) this.#takeBatch(batch);
    const body = frame.body;
    if (body === undefined) return;
    if (body.$case !== 'reply') {
      this.frames.push(frame);
      return;
    }
    if (body.value.result?.$case === 'joined') this.#startRoom(body.value);
    this.#waiting.get(body.value.id)?.(body.value);
    this.#waiting.delete(body.value.id);
  }

  #startRoom(reply: Reply): void {
    const joined = reply.result as Extract<Result, { $case: 'joined' }>;
    const room = joined.value.room?.room ?? '';
    if (!this.rooms.has(room)) this.rooms.set(room, { last: reply.head, events: [], breaks: [] });
  }

  #takeBatch(batch: ServerFrame['batches'][number]): void {
    const seen = this.rooms.get(batch.room) ?? { last: batch.prev, events: [], breaks: [] };
    this.rooms.set(batch.room, seen);
    if (batch.prev !== seen.last) seen.breaks.push(`${batch.prev} after ${seen.last}`);
    seen.last = batch.last;
    seen.events.push(...batch.events);
  }
}

/** What a reply came to, for a one-line expectation. */
export const outcome = (reply: Reply): string =>
  reply.result?.$case === 'refused' ? reply.result.value.code : (reply.result?.$case ?? 'empty');

/** A reply's result as the given case, or an error that says what it was instead. */
export function expectCase<C extends Result['$case']>(reply: Reply, wanted: C): ResultOf<C> {
  if (reply.result?.$case !== wanted) throw new Error(`expected ${wanted}, got ${JSON.stringify(reply.result)}`);
  return reply.result.value as ResultOf<C>;
}
