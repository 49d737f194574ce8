import { EvenRate } from '../even-rate.js';
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
  readonly #rate: EvenRate;
  #number = 0;

  constructor(
    voices: readonly Saying[],
    private readonly order: { readonly perSecond: number; readonly bytes: number },
    private readonly onSaid: (said: SaidOne) => void,
  ) {
    this.#rate = new EvenRate(order.perSecond, tickMs, () => this.#say(voices[this.#number % voices.length] as Saying));
  }

  start(): void {
    this.#rate.start();
  }

  /** Resolves when it is known of every message what became of it. */
  stop(): Promise<void> {
    return this.#rate.stop();
  }

  async #say(voice: Saying): Promise<void> {
    const number = `${++this.#number}`;
    const text = `${number}:${stamped(this.order.bytes - number.length - 1)}`;
    const startMs = performance.now();
    const outcome = await voice.say(text);
    this.onSaid({ room: voice.room, text, outcome, tookMs: performance.now() - startMs });
  }
}
