import { causeOf, type Logger } from '@plaza/kit';

type Handler = (bytes: Uint8Array) => void;

/**
 * What connects the parts of one process as a message server connects processes: bytes by topic, each publisher's in order. Delivered
 * after the publisher's turn, so that no handler runs inside its caller. A handler's error is a line of the logger, where there is one.
 */
export class MemoryBus {
  readonly #topics = new Map<string, Set<Handler>>();
  #waiting: [string, Uint8Array][] = [];

  constructor(private readonly logger?: Logger) {}

  publish(topic: string, bytes: Uint8Array): void {
    if (!this.#topics.has(topic)) return;
    if (this.#waiting.push([topic, bytes]) === 1) queueMicrotask(() => this.#deliver());
  }

  /** The result ends the subscription. */
  subscribe(topic: string, handler: Handler): () => void {
    const handlers = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, handlers.add(handler));
    return () => {
      handlers.delete(handler);
      if (handlers.size === 0 && this.#topics.get(topic) === handlers) this.#topics.delete(topic);
    };
  }

  #deliver(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [topic, bytes] of waiting) for (const handler of this.#topics.get(topic) ?? []) this.#hand(handler, topic, bytes);
  }

  #hand(handler: Handler, topic: string, bytes: Uint8Array): void {
    try {
      handler(bytes);
    } catch (error) {
      this.logger?.error({ event: 'bus-handler-failed', topic, cause: causeOf(error) });
    }
  }
}
