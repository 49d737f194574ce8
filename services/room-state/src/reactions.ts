import type { Reactions } from '@plaza/proto/client';

const mostTold = 5;
/** Kinds that are counted apart in one second; more are counted in the total only. */
const mostKinds = 100;

/** A room's reactions since its last signal: counted, never sent one by one. */
export class ReactionCounts {
  #counts = new Map<string, number>();
  #total = 0;

  add(kind: string, count: number): void {
    this.#total += count;
    if (this.#counts.size < mostKinds || this.#counts.has(kind)) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  get any(): boolean {
    return this.#total > 0;
  }

  /** What to tell, the most first; undefined: nothing. The next counts start at zero. */
  take(): Reactions | undefined {
    if (!this.any) return undefined;
    const all = Array.from(this.#counts, ([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count);
    const told = { total: this.#total, top: all.slice(0, mostTold) };
    this.#counts = new Map();
    this.#total = 0;
    return told;
  }
}
