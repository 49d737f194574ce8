/** The newest few of what was seen, to tell a repeat from news. */
export class RecentlySeen {
  readonly #seen = new Set<string>();

  constructor(private readonly size: number) {}

  /** False: it was seen before. */
  isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    if (this.#seen.size > this.size) for (const oldest of this.#seen.keys()) return this.#seen.delete(oldest);
    return true;
  }
}
