/** The window is this one and the one before it, so between 5 and 10 s. */
const halfMs = 5000;

/** How many events a shard had lately: in other words, whether anybody is there who would feel its pause. */
export class RecentEvents {
  #half = 0;
  #now = 0;
  #before = 0;

  /** Events that are in the log, of this moment (Unix ms) or of an earlier one. */
  note(events: number, atMs: number): void {
    const half = Math.floor(atMs / halfMs);
    this.#turn(half);
    if (half === this.#half) this.#now += events;
    else if (half === this.#half - 1) this.#before += events;
  }

  count(nowMs: number): number {
    this.#turn(Math.floor(nowMs / halfMs));
    return this.#now + this.#before;
  }

  #turn(half: number): void {
    if (half <= this.#half) return;
    this.#before = half === this.#half + 1 ? this.#now : 0;
    this.#now = 0;
    this.#half = half;
  }
}
