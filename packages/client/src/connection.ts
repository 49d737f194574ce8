import type { ClientFrame, GoAway, Reply, ServerFrame } from '@plaza/proto/client';
import type { Codec } from './codec.js';
import { ConnectionLost, PlazaTimeout } from './errors.js';
import type { SocketConstructor, SocketLike } from './socket.js';
import type { Timers } from './timers.js';

export type RequestBody = NonNullable<ClientFrame['body']>;

export interface ConnectionOptions {
  readonly url: string;
  readonly webSocket: SocketConstructor;
  readonly codec: Codec;
  readonly timers: Timers;
  /** From the call to the open socket. */
  readonly openTimeoutMs: number;
  /** Between pings. */
  readonly heartbeatMs: number;
  /** How long a ping may stay without an answer. */
  readonly heartbeatTimeoutMs: number;
}

export interface ConnectionListener {
  opened(): void;
  /** Everything but replies. */
  frame(frame: ServerFrame): void;
  /** Once; nothing comes after it. */
  closed(end: ConnectionEnd): void;
}

export interface ConnectionEnd {
  /** The WebSocket close code; 0: no answer to a ping, or never open. */
  readonly code: number;
  readonly reason: string;
  /** What the server said before. */
  readonly goAway: GoAway | undefined;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: { cancel(): void };
}

/** One socket: requests with their replies, heartbeat, its end. It never comes back; the client makes a new one. */
export class Connection {
  readonly #socket: SocketLike;
  readonly #waiting = new Map<number, Waiting>();
  readonly #timers: Timers;
  #lastId = 0;
  #goAway: GoAway | undefined;
  #timer: { cancel(): void };
  #over = false;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly listener: ConnectionListener,
  ) {
    const { url, webSocket, codec, timers, openTimeoutMs } = options;
    this.#timers = timers;
    this.#timer = timers.after(openTimeoutMs, () => this.#end(0, 'the server did not answer'));
    this.#socket = new webSocket(url, codec.subprotocol);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }: { data: unknown }) => this.#message(data);
    this.#socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.#end(code, reason);
    this.#socket.onerror = () => undefined;
  }

  /** The reply, whatever it says. Rejects with PlazaTimeout after `timeoutMs` and with ConnectionLost at the end of the connection. */
  request(body: RequestBody, timeoutMs: number, room = '', commandId = ''): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new ConnectionLost('there is no connection'));
      const id = ++this.#lastId;
      const timer = this.#timers.after(timeoutMs, () => {
        this.#waiting.delete(id);
        reject(new PlazaTimeout(`no answer to ${body.$case} in ${timeoutMs} ms`));
      });
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.send(this.options.codec.encode({ id, commandId, room, body }));
    });
  }

  close(): void {
    this.#end(1000, 'closed');
  }

  #opened(): void {
    this.#timer.cancel();
    this.#beatLater();
    this.listener.opened();
  }

  #message(message: unknown): void {
    if (this.#over) return;
    const frame = this.#decode(message);
    if (frame === undefined) return;
    const { body } = frame;
    if (body?.$case === 'goAway') this.#goAway = body.value;
    if (body?.$case === 'reply') this.#replied(body.value);
    if (body?.$case !== 'reply' || frame.batches.length > 0) this.listener.frame(frame);
  }

  #decode(message: unknown): ServerFrame | undefined {
    try {
      return this.options.codec.decode(message);
    } catch {
      this.#end(0, 'a message that is not a frame');
      return undefined;
    }
  }

  #replied(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    waiting.timer.cancel();
    waiting.resolve(reply);
  }

  #beatLater(): void {
    this.#timer = this.#timers.after(this.options.heartbeatMs, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    try {
      await this.request({ $case: 'ping', value: {} }, this.options.heartbeatTimeoutMs);
      if (!this.#over) this.#beatLater();
    } catch {
      this.#end(0, 'no answer to a ping');
    }
  }

  /** A hung server may never finish the closing handshake: nothing is awaited from the socket any more. */
  #end(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer.cancel();
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(1000);
    for (const { reject, timer } of this.#waiting.values()) {
      timer.cancel();
      reject(new ConnectionLost('the connection was lost'));
    }
    this.#waiting.clear();
    this.listener.closed({ code, reason, goAway: this.#goAway });
  }
}
