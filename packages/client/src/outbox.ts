import type { Reply } from '@plaza/proto/client';
import type { Connection, RequestBody } from './connection.js';
import { ConnectionLost, PlazaTimeout } from './errors.js';
import type { Timers } from './timers.js';

interface Ask {
  readonly body: RequestBody;
  readonly commandId: string;
  readonly endMs: number;
  resolve(reply: Reply): void;
  reject(error: Error): void;
  timer: { cancel(): void };
  /** Where it was sent; undefined: it waits. */
  via: Connection | undefined;
  /** The server asked for a pause. */
  resting: { cancel(): void } | undefined;
}

/** More is waiting than may wait. */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull';
}

/**
 * Requests to one room. While the room is away they wait, in order; what was sent and not answered is sent again after a reconnect, with the
 * command id of its first time, so that nothing is done twice. `unavailable` is asked again by itself.
 */
export class Outbox {
  readonly #asks = new Set<Ask>();
  #connection: Connection | undefined;

  constructor(
    private readonly room: string,
    private readonly timers: Timers,
    private readonly limit: number,
  ) {}

  /** The reply, which is never `unavailable`. Rejects with OutboxFull, PlazaTimeout, or what `fail` was given. */
  add(body: RequestBody, commandId: string, timeoutMs: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#asks.size >= this.limit) return reject(new OutboxFull(`${this.limit} requests wait already`));
      const late = (): void => {
        this.#settle(ask);
        reject(new PlazaTimeout(`no answer to ${body.$case} in ${timeoutMs} ms`));
      };
      const timer = this.timers.after(timeoutMs, late);
      const ask: Ask = {
        body,
        commandId,
        endMs: this.timers.now() + timeoutMs,
        resolve,
        reject,
        timer,
        via: undefined,
        resting: undefined,
      };
      this.#asks.add(ask);
      this.#pump();
    });
  }

  /** The room is entered on this connection. */
  open(connection: Connection): void {
    this.#connection = connection;
    this.#pump();
  }

  /** New requests wait. */
  shut(): void {
    this.#connection = undefined;
  }

  fail(error: Error): void {
    this.shut();
    for (const ask of [...this.#asks]) {
      this.#settle(ask);
      ask.reject(error);
    }
  }

  get waiting(): number {
    return this.#asks.size;
  }

  #pump(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    for (const ask of this.#asks) if (ask.via !== connection && ask.resting === undefined) void this.#send(ask, connection);
  }

  async #send(ask: Ask, connection: Connection): Promise<void> {
    ask.via = connection;
    try {
      this.#answered(ask, await connection.request(ask.body, Math.max(1, ask.endMs - this.timers.now()), this.room, ask.commandId));
    } catch (error) {
      if (error instanceof ConnectionLost || error instanceof PlazaTimeout || !this.#asks.has(ask)) return;
      this.#settle(ask);
      ask.reject(error as Error);
    }
  }

  #answered(ask: Ask, reply: Reply): void {
    if (!this.#asks.has(ask)) return;
    if (reply.result?.$case !== 'unavailable') {
      this.#settle(ask);
      return ask.resolve(reply);
    }
    ask.via = undefined;
    ask.resting ??= this.timers.after(Math.max(100, reply.result.value.retryAfterMs), () => {
      ask.resting = undefined;
      this.#pump();
    });
  }

  #settle(ask: Ask): void {
    this.#asks.delete(ask);
    ask.timer.cancel();
    ask.resting?.cancel();
  }
}
