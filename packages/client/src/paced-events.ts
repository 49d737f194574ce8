import type { Event } from '@plaza/proto/client';
import type { Timers } from './timers.js';

/** Gathers events so that a page draws at most once in `everyMs`; the first after a quiet time is not held back. */
export class PacedEvents {
  #events: Event[] = [];
  #flushedMs = -Infinity;
  #timer: { cancel(): void } | undefined;

  constructor(
    private readonly everyMs: number,
    private readonly timers: Timers,
    private readonly flushed: (events: Event[]) => void,
  ) {}

  add(events: readonly Event[]): void {
    for (const event of events) this.#events.push(event);
    if (this.#timer !== undefined || this.#events.length === 0) return;
    const waitMs = this.#flushedMs + this.everyMs - this.timers.now();
    if (waitMs <= 0) this.flush();
    else this.#timer = this.timers.after(waitMs, () => this.flush());
  }

  /** Not before the page, which gets the room just now, can have listeners. */
  addLater(events: readonly Event[]): void {
    for (const event of events) this.#events.push(event);
    if (events.length > 0) this.#timer ??= this.timers.after(this.everyMs, () => this.flush());
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const events = this.#events;
    if (events.length === 0) return;
    this.#events = [];
    this.#flushedMs = this.timers.now();
    this.flushed(events);
  }
}
