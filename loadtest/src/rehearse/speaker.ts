import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { causeOf } from '@plaza/kit';
import { EvenRate } from '../even-rate.js';
import { speech } from '../k6/speech.js';

const answerMs = 15_000;
const againMs = 300;
/** A holder that died has a successor long before. */
const patienceMs = 45_000;

/** What the swarm reads a lag from stands behind what k6 reads one from. */
function text(bytes: number): string {
  const nowMs = performance.timeOrigin + performance.now();
  const stamp = `${speech({ sentMs: Math.floor(nowMs), speaker: 'rehearsal', number: 0 }, 0)}${nowMs.toFixed(3)}@`;
  return stamp + '.'.repeat(Math.max(0, bytes - stamp.length));
}

/** What became of a message; not accepted: nobody knows. */
export interface Said {
  readonly text: string;
  readonly isAccepted: boolean;
  /** From the first attempt on. */
  readonly tookMs: number;
}

/** The platform speaks by the server API at an even rate, whatever the answers; what nobody knows is sent again under the same key. */
export class Speaker {
  readonly #rate: EvenRate;
  #accepted = 0;
  #unavailable = 0;
  givenUp = 0;
  /** Why something was not accepted at once, the newest. */
  problem = '';

  constructor(
    /** Asked before each call: a load balancer may name another one then. */
    private readonly api: () => string,
    private readonly key: string,
    private readonly room: string,
    perSecond: number,
    bytes: number,
    private readonly onEnd: (said: Said) => void = () => undefined,
  ) {
    this.#rate = new EvenRate(perSecond, Math.min(1000 / perSecond, 50), () => this.#say(text(bytes)));
  }

  start(): void {
    this.#rate.start();
  }

  /** Resolves when every message was accepted or given up. */
  stop(): Promise<void> {
    return this.#rate.stop();
  }

  /** Since the last time it was asked. */
  take(): { accepted: number; unavailable: number } {
    const taken = { accepted: this.#accepted, unavailable: this.#unavailable };
    this.#accepted = this.#unavailable = 0;
    return taken;
  }

  async #say(what: string): Promise<void> {
    const key = randomUUID();
    const startMs = performance.now();
    for (const endMs = startMs + patienceMs; performance.now() < endMs; await pause(againMs)) {
      if (await this.#isAccepted(what, key)) {
        this.#accepted++;
        return this.onEnd({ text: what, isAccepted: true, tookMs: performance.now() - startMs });
      }
      this.#unavailable++;
    }
    this.givenUp++;
    this.onEnd({ text: what, isAccepted: false, tookMs: performance.now() - startMs });
  }

  async #isAccepted(what: string, key: string): Promise<boolean> {
    try {
      const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', 'idempotency-key': key };
      const body = JSON.stringify({ text: what });
      const signal = AbortSignal.timeout(answerMs);
      const answer = await fetch(`${this.api()}/v1/rooms/${this.room}/messages`, { method: 'POST', headers, body, signal });
      const told = await answer.text();
      if (answer.status !== 201) this.problem = `${answer.status} ${told}`;
      return answer.status === 201;
    } catch (error) {
      this.problem = causeOf(error);
      return false;
    }
  }
}
