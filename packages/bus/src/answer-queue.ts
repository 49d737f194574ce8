import type { BulkAnswer } from '@plaza/proto/room';
import { LinkBroken, type AttachedAsker } from './room-gateway.js';

/** The answers of one bulk ask on the asker's side: filled by a link, read once by whoever asked. */
export class AnswerQueue implements AsyncIterable<BulkAnswer> {
  readonly #answers: BulkAnswer[] = [];
  readonly #signal: AbortSignal;
  readonly #release: () => void;
  #failure: LinkBroken | undefined;
  #over = false;
  #wake: () => void = () => undefined;
  readonly #aborted = (): void => this.fail('the asker gave the ask up');

  /** `release` is called once, when no more answers are taken. */
  constructor(signal: AbortSignal, release: () => void) {
    this.#signal = signal;
    this.#release = release;
    signal.addEventListener('abort', this.#aborted);
    if (signal.aborted) this.#aborted();
  }

  push(answer: BulkAnswer): void {
    if (this.#over) return;
    if (answer.answer === undefined) return this.fail('the ask failed at the holder');
    this.#answers.push(answer);
    if (answer.done) this.#end();
    this.#wake();
  }

  fail(cause: string): void {
    if (this.#over) return;
    this.#failure = new LinkBroken(cause);
    this.#end();
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BulkAnswer, void, undefined> {
    try {
      for (;;) {
        const answer = this.#answers.shift();
        if (answer !== undefined) yield answer;
        if (answer?.done === true) return;
        if (answer === undefined && this.#failure !== undefined) throw this.#failure;
        if (this.#answers.length === 0 && this.#failure === undefined) await this.#more();
      }
    } finally {
      this.#end();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#signal.removeEventListener('abort', this.#aborted);
    this.#release();
  }
}

/**
 * A door's answers to one ask, numbered; the next is taken once `deliver` has resolved. A door that fails, or stops before its last answer, is
 * told as a last answer that holds nothing.
 */
export async function pumpAnswers(
  number: number,
  answers: ReturnType<AttachedAsker['ask']>,
  deliver: (answer: BulkAnswer) => Promise<void> | void,
): Promise<void> {
  try {
    for await (const answer of answers) {
      await deliver({ ...answer, number });
      if (answer.done) return;
    }
  } catch {
    // Told below: the asker asks again or gives up, and the door has logged its own failure.
  }
  await deliver({ number, done: true, answer: undefined });
}
