import { causeOf, within, type Logger } from '@plaza/kit';

/** Each of it has its own time-outs; a stop does not wait for ever for those. */
const longestMs = 5000;

/** What goes on beside commands and reads the stores: a stop waits for it, so that the stores may be closed after it. */
export class Beside {
  readonly #work = new Set<Promise<unknown>>();

  /** `work` never rejects. */
  run(work: Promise<unknown>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async ended(logger: Logger): Promise<void> {
    try {
      await within(longestMs, 'what goes on beside', Promise.all(this.#work));
    } catch (error) {
      logger.warn({ event: 'stopped-beside', cause: causeOf(error) });
    }
  }
}
