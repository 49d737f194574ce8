import { buriedMsOf, letterDays, type DeadLetter, type DeadLetters } from './dead-letters.js';

/** In this process's memory: for tests. */
export class MemoryDeadLetters implements DeadLetters {
  #letters: DeadLetter[] = [];

  async bury(letter: DeadLetter): Promise<void> {
    this.#letters.push(letter);
  }

  async list(endpoint: string, after: string, limit: number, nowMs: number): Promise<DeadLetter[]> {
    const sinceMs = nowMs - letterDays * 86_400_000;
    const found = this.#letters.filter((one) => one.endpoint === endpoint && one.id > after && buriedMsOf(one.id) >= sinceMs);
    return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
  }

  async find(endpoint: string, id: string): Promise<DeadLetter | undefined> {
    return this.#letters.find((one) => one.endpoint === endpoint && one.id === id);
  }

  async remove(endpoint: string, id: string): Promise<boolean> {
    const count = this.#letters.length;
    this.#letters = this.#letters.filter((one) => one.endpoint !== endpoint || one.id !== id);
    return this.#letters.length < count;
  }

  async trim(beforeMs: number): Promise<void> {
    this.#letters = this.#letters.filter(({ id }) => buriedMsOf(id) >= beforeMs);
  }
}
