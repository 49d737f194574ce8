import { ClientFrame, ServerFrame } from '@plaza/proto/client';
import WebSocket from 'ws';

const waitMs = 20_000;

interface Waiting {
  readonly done: (atMs: number) => void;
  readonly fail: (cause: Error) => void;
}

/** A socket in a room that notes when a text arrived, by `performance.now()`. */
export class PathProbe {
  readonly #replies = new Map<number, Waiting>();
  readonly #arrivals = new Map<string, Waiting>();
  #nextId = 1;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (bytes: Buffer) => this.#take(bytes, performance.now()));
  }

  static async join(url: string, token: string, room: string): Promise<PathProbe> {
    const socket = new WebSocket(`${url}?token=${encodeURIComponent(token)}`, 'plaza.v1', { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const probe = new PathProbe(socket);
    await probe.#ask(room, { $case: 'join', value: { nickname: '', avatar: '', ext: '' } });
    return probe;
  }

  /** Resolves with the time of the reply; rejects where the message was not accepted. */
  say(room: string, text: string): Promise<number> {
    const body = { ext: '', content: { $case: 'text', value: { text } } };
    return this.#ask(room, { $case: 'sendMessage', value: { body } });
  }

  /** Resolves with the time at which a message of this text arrives. */
  arrival(text: string): Promise<number> {
    return this.#wait(this.#arrivals, text, `${text} did not arrive`);
  }

  close(): void {
    this.socket.terminate();
  }

  #ask(room: string, body: object): Promise<number> {
    const id = this.#nextId++;
    const answered = this.#wait(this.#replies, id, `no reply to ${JSON.stringify(body)}`);
    this.socket.send(ClientFrame.encode(ClientFrame.fromPartial({ id, room, body } as never)).finish());
    return answered;
  }

  #wait<K>(table: Map<K, Waiting>, key: K, missing: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(missing)), waitMs);
      const settle = (): void => {
        clearTimeout(timer);
        table.delete(key);
      };
      table.set(key, {
        done: (atMs) => {
          settle();
          resolve(atMs);
        },
        fail: (cause) => {
          settle();
          reject(cause);
        },
      });
    });
  }

  #take(bytes: Buffer, atMs: number): void {
    const { batches, body } = ServerFrame.decode(bytes);
    for (const { kind } of batches.flatMap(({ events }) => events))
      if (kind?.$case === 'message' && kind.value.body?.content?.$case === 'text')
        this.#arrivals.get(kind.value.body.content.value.text)?.done(atMs);
    if (body?.$case !== 'reply') return;
    const { id, result } = body.value;
    if (result?.$case === 'accepted' || result?.$case === 'joined') this.#replies.get(id)?.done(atMs);
    else this.#replies.get(id)?.fail(new Error(JSON.stringify(result)));
  }
}
