import { createInbox, headers, type Msg, type Subscription } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/transport-node';
import { causeOf, Numbered } from '@plaza/kit';
import type { AppendAnswer } from './log.js';

interface Waiting {
  readonly timer: NodeJS.Timeout;
  resolve(answer: AppendAnswer): void;
}

export const expectedHeader = 'Nats-Expected-Last-Subject-Sequence';
const wrongLastSequence = 10071;

/** Publishes appends and matches their acks by the number at the end of the reply subject: one subscription for all (4-13 us a record). */
export class Acks {
  readonly #connection: NatsConnection;
  readonly #inbox = `${createInbox()}.`;
  readonly #waiting = new Numbered<Waiting>();
  readonly #subscription: Subscription;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#subscription = connection.subscribe(`${this.#inbox}*`, { callback: (error, message) => this.#arrived(error, message) });
  }

  append(subject: string, expected: number, bytes: Uint8Array, waitMs: number): Promise<AppendAnswer> {
    return new Promise((resolve) => {
      const number = this.#waiting.add({ resolve, timer: setTimeout(() => this.#late(number, waitMs), waitMs) });
      this.#publish(subject, expected, bytes, number);
    });
  }

  /** The connection is gone: whatever waits has no answer to hope for. */
  lost(cause: string): void {
    for (const number of this.#waiting.numbers()) this.#answer(number, { kind: 'unclear', cause });
  }

  close(): void {
    this.lost('the log was closed');
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
  }

  #publish(subject: string, expected: number, bytes: Uint8Array, number: number): void {
    try {
      const head = headers();
      head.set(expectedHeader, String(expected));
      this.#connection.publish(subject, bytes, { headers: head, reply: `${this.#inbox}${number}` });
    } catch (error) {
      this.#answer(number, { kind: 'unclear', cause: causeOf(error) });
    }
  }

  #arrived(error: Error | null, message: Msg): void {
    if (error !== null) return this.lost(causeOf(error));
    this.#answer(Number(message.subject.slice(this.#inbox.length)), answerOf(message));
  }

  #late(number: number, waitMs: number): void {
    this.#answer(number, { kind: 'unclear', cause: `no answer within ${waitMs} ms` });
  }

  #answer(number: number, answer: AppendAnswer): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    clearTimeout(waiting.timer);
    waiting.resolve(answer);
  }
}

interface PublishAck {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

/** Only an ack and a wrong-last with its number say something; the rest, 10164 and 503 among it, is unclear. */
function answerOf(message: Msg): AppendAnswer {
  if (message.data.length === 0) return { kind: 'unclear', cause: `status ${message.headers?.code ?? 0}` };
  try {
    const ack = message.json<PublishAck>();
    if (ack.error === undefined)
      return typeof ack.seq === 'number' ? { kind: 'stored', sequence: ack.seq } : { kind: 'unclear', cause: 'an ack without sequence' };
    const last =
      ack.error.err_code === wrongLastSequence ? /^wrong last sequence: (\d+)$/.exec(ack.error.description ?? '')?.[1] : undefined;
    return last === undefined
      ? { kind: 'unclear', cause: `${ack.error.err_code}: ${ack.error.description}` }
      : { kind: 'wrong-last', last: Number(last) };
  } catch (error) {
    return { kind: 'unclear', cause: `not an ack: ${causeOf(error)}` };
  }
}
