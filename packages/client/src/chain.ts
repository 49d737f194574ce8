import type { Batch, Event } from '@plaza/proto/client';

/** How far a room was read. Takes batches once, in order, without holes: each names the position that it follows. */
export class Chain {
  #position: number | undefined;

  /** The newest position that was read; undefined before the room was entered. */
  get position(): number | undefined {
    return this.#position;
  }

  startAt(position: number): void {
    this.#position = position;
  }

  /** What came before `position` is given up: it cannot be had from here any more. */
  skipTo(position: number): void {
    this.#position = Math.max(this.#position ?? 0, position);
  }

  /** The events that are new; none for a repeat; 'gap' where something before the batch is missing. */
  take({ prev, last, events }: Batch): readonly Event[] | 'gap' {
    const position = this.#position;
    if (position === undefined || last <= position) return [];
    if (prev > position) return 'gap';
    this.#position = last;
    return events.filter((event) => event.position > position);
  }
}
