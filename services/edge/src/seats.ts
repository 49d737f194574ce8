import type { Session } from './session.js';

/** A share of empty places above which the list is closed up. */
const maxHoles = 0.25;

/** A room's sessions in the order in which they came, so that neighbours in memory are served one after another. A place that was left stays empty for a while. */
export class Seats {
  readonly #all: (Session | undefined)[] = [];
  #taken = 0;

  /** With holes; read only. */
  get all(): readonly (Session | undefined)[] {
    return this.#all;
  }

  get taken(): number {
    return this.#taken;
  }

  add(session: Session): void {
    session.seat = this.#all.length;
    this.#all.push(session);
    this.#taken++;
  }

  remove(session: Session): void {
    if (session.seat < 0) return;
    this.#all[session.seat] = undefined;
    session.seat = -1;
    this.#taken--;
  }

  /** Closes up when it is worth it. Only between two rotations: places move. */
  tidy(): void {
    if (this.#all.length - this.#taken <= this.#all.length * maxHoles) return;
    let to = 0;
    for (const session of this.#all) {
      if (session === undefined) continue;
      session.seat = to;
      this.#all[to++] = session;
    }
    this.#all.length = to;
  }
}
