import type { Peers } from '@plaza/bus';
import type { Clock, Timer } from '@plaza/kit';
import type { Beat } from '@plaza/proto/room';

/** What changes within this time shares a beat: each names all shards, and everybody reads it. */
const gapMs = 10;

/** This process's beats: once a second by whoever ticks, and soon after something changed. */
export class Heartbeat {
  #atMs = 0;
  #soon: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly peers: Peers,
    private readonly content: () => Omit<Beat, 'atMs'>,
  ) {}

  /** Now. Receivers tell beats apart by their time. */
  beat(): void {
    this.stop();
    this.#atMs = Math.max(this.clock.now(), this.#atMs + 1);
    this.peers.beat({ ...this.content(), atMs: this.#atMs });
  }

  /** Soon: at once where none went out just now. */
  tell(): void {
    if (this.#soon !== undefined) return;
    const waitMs = this.#atMs + gapMs - this.clock.now();
    if (waitMs <= 0) this.beat();
    else this.#soon = this.clock.after(waitMs, () => this.beat());
  }

  stop(): void {
    this.#soon?.cancel();
    this.#soon = undefined;
  }
}
