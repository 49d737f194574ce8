import { spreadHash } from './shard.js';

/** HyperLogLog of 2^14 registers: about 0.8 % off, whatever the number. */
const bits = 14;
const registers = 1 << bits;
const entryBytes = 3;
const rankBits = 6;

/** Distinct accounts of a short time: only the registers that were touched. */
export class Sketch {
  readonly #ranks = new Map<number, number>();

  add(account: string): void {
    const hash = spreadHash(account);
    const register = hash >>> (32 - bits);
    const rank = Math.clz32((hash << bits) | (1 << (bits - 1))) + 1;
    if (rank > (this.#ranks.get(register) ?? 0)) this.#ranks.set(register, rank);
  }

  get empty(): boolean {
    return this.#ranks.size === 0;
  }

  /** As tallies carry it (log.proto): 3 bytes an entry, big-endian, register << 6 | rank, ascending. */
  encode(): Uint8Array {
    const entries = [...this.#ranks].sort(([a], [b]) => a - b);
    const bytes = new Uint8Array(entries.length * entryBytes);
    for (const [i, [register, rank]] of entries.entries()) {
      const packed = (register << rankBits) | rank;
      bytes.set([packed >>> 16, (packed >>> 8) & 0xff, packed & 0xff], i * entryBytes);
    }
    return bytes;
  }

  /** Adds what another one has. */
  merge(encoded: Uint8Array): void {
    for (const [register, rank] of entriesOf(encoded)) if (rank > (this.#ranks.get(register) ?? 0)) this.#ranks.set(register, rank);
  }

  /** How many distinct accounts, about. */
  estimate(): number {
    let sum = registers - this.#ranks.size;
    for (const rank of this.#ranks.values()) sum += 2 ** -rank;
    const raw = (0.7213 / (1 + 1.079 / registers)) * (registers * (registers / sum));
    const zeros = registers - this.#ranks.size;
    // Few of them are counted better by the registers that were never touched (linear counting).
    return Math.round(raw <= 2.5 * registers && zeros > 0 ? registers * Math.log(registers / zeros) : raw);
  }
}

function* entriesOf(encoded: Uint8Array): IterableIterator<[register: number, rank: number]> {
  for (let at = 0; at + entryBytes <= encoded.length; at += entryBytes) {
    const packed = (encoded[at]! << 16) | (encoded[at + 1]! << 8) | encoded[at + 2]!;
    yield [packed >>> rankBits, packed & ((1 << rankBits) - 1)];
  }
}
