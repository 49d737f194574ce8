import { batchesToJson } from '@plaza/protocol';
import { advanceFrame } from './frames.js';
import type { View } from './ring.js';

/** A batch without events: it leads a reader from one position to another. Made to bytes only where it is sent, and most are not: they wait and are joined. */
export class Advance implements View {
  #bytes: Uint8Array | undefined;
  #json: string | undefined;

  constructor(
    private readonly room: string,
    readonly prev: number,
    readonly last: number,
  ) {}

  get advance(): this {
    return this;
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= advanceFrame(this.room, this.prev, this.last));
  }

  get json(): string {
    return (this.#json ??= batchesToJson(this.bytes));
  }

  /** This one and the next as one. */
  upTo(last: number): Advance {
    return new Advance(this.room, this.prev, last);
  }
}

/** Advances behind each other become one. */
export function folded(views: readonly View[]): readonly View[] {
  const fewer: View[] = [];
  for (const view of views) {
    const before = fewer.at(-1)?.advance;
    if (before !== undefined && view.advance !== undefined) fewer[fewer.length - 1] = before.upTo(view.advance.last);
    else fewer.push(view);
  }
  return fewer;
}
