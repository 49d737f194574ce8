import type { Beat } from '@plaza/proto/room';

/**
 * How far the log's readers say they are. A reader that is silent stays where it was last: what it did not read is still to be read. A needed one that was
 * never heard has read nothing.
 */
export class ReaderPlaces {
  readonly #through = new Map<string, Map<number, number>>();

  constructor(needed: readonly string[]) {
    for (const reader of needed) this.#through.set(reader, new Map());
  }

  heard({ kind, reading }: Pick<Beat, 'kind' | 'reading'>): void {
    if (reading === undefined) return;
    const places = this.#through.get(kind) ?? new Map<number, number>();
    this.#through.set(kind, places);
    // The last word counts: a store that was set back makes its reader begin again, lower.
    for (const { stream, through } of reading.streams) places.set(stream, through);
  }

  /** Each reader with the sequence up to which it has read the stream. */
  of(stream: number): [reader: string, through: number][] {
    return Array.from(this.#through, ([reader, places]) => [reader, places.get(stream) ?? 0]);
  }
}
