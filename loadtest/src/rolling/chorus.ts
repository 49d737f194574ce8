import { stamped } from '../swarm/lags.js';
import type { Outcome } from './compared.js';

const tickMs = 20;

export interface SaidOne {
  readonly room: string;
  readonly text: string;
  readonly outcome: Outcome;
  readonly tookMs: number;
}

/** Who says something: see Voice. */
export interface Saying {
  readonly room: string;
  say(text: string): Promise<Outcome>;
}

/** Voices that speak in turn at an even rate, whatever the answers; each message has a text of its own. */
export class Chorus {
  readonly #inFlight = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #number = 0;
  #due = 0;
  #lastMs = 0;

  constructor(
    private readonly voices: readonly Saying[],
    private readonly order: { readonly perSecond: number; readonly bytes: number },
    private readonly onSaid: (said: SaidOne) => void,
  ) {}

  start(): void {
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Resolves when it is known of every message what became of it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#inFlight);
  }

  /** As many as are due, also where a timer came late. */
  #tick(): void {
    const nowMs = performance.now();
    this.#due += ((nowMs - this.#lastMs) * this.order.perSecond) / 1000;
    this.#lastMs = nowMs;
    for (; this.#due >= 1; this.#due--) {
      const said = this.#say(this.voices[this.#number % this.voices.length] as Saying).finally(() => this.#inFlight.delete(said));
      this.#inFlight.add(said);
    }
  }

  async #say(voice: Saying): Promise<void> {
    const number = `${++this.#number}`;
    const text = `${number}:${stamped(this.order.bytes - number.length - 1)}`;
    const startMs = performance.now();
    const outcome = await voice.say(text);
    this.onSaid({ room: voice.room, text, outcome, tookMs: performance.now() - startMs });
  }
}
