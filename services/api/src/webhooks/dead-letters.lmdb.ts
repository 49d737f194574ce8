import { causeOf } from '@plaza/kit';
import type { Database, RootDatabase } from '@plaza/kit/lmdb';
import { buriedMsOf, letterDays, letterId, LettersAway, type DeadLetter, type DeadLetters } from './dead-letters.js';

/** Of an embedded node: JSON under `<endpoint>/<id>`. */
export class LmdbDeadLetters implements DeadLetters {
  readonly #table: Database<Buffer, Buffer>;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    this.#table = store.openDB<Buffer, Buffer>({ name: 'webhook-dead-letters', encoding: 'binary', keyEncoding: 'binary' });
  }

  async bury(letter: DeadLetter): Promise<void> {
    await asked(() => this.#table.put(keyOf(letter.endpoint, letter.id), Buffer.from(JSON.stringify(letter))));
    await asked(() => this.#table.flushed);
  }

  list(endpoint: string, after: string, limit: number, nowMs: number): Promise<DeadLetter[]> {
    const first = letterId(nowMs - letterDays * 86_400_000, '');
    // What follows an id in the order of keys is the id with anything behind it.
    const start = keyOf(endpoint, after < first ? first : `${after} `);
    return asked(() => [...this.#table.getRange({ start, end: Buffer.from(`${endpoint}0`), limit })].map(({ value }) => letterOf(value)));
  }

  find(endpoint: string, id: string): Promise<DeadLetter | undefined> {
    return asked(() => {
      const value = this.#table.get(keyOf(endpoint, id));
      return value === undefined ? undefined : letterOf(value);
    });
  }

  async remove(endpoint: string, id: string): Promise<boolean> {
    if ((await this.find(endpoint, id)) === undefined) return false;
    await asked(() => this.#table.remove(keyOf(endpoint, id)));
    await asked(() => this.#table.flushed);
    return true;
  }

  trim(beforeMs: number): Promise<void> {
    return asked(async () => {
      const old = [...this.#table.getKeys({})].filter((key) => buriedMsOf(key.toString().split('/')[1]!) < beforeMs);
      await Promise.all(old.map((key) => this.#table.remove(key)));
    });
  }
}

const keyOf = (endpoint: string, id: string): Buffer => Buffer.from(`${endpoint}/${id}`);
const letterOf = (value: Buffer): DeadLetter => JSON.parse(value.toString()) as DeadLetter;

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new LettersAway(causeOf(error), { cause: error });
  }
}
