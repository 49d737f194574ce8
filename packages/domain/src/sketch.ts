import { spreadHash } from './shard.js';

/** HyperLogLog of 2^14 registers: about 0.8 % off, whatever the number. */
const bits = 14;
const registers = 1 << bits;
/** What a 32-bit hash leaves for the ranks. */
const rankValues = 32 - bits;
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

  /** As tallies carry it (log.proto). */
  encode(): Uint8Array {
    if (this.#ranks.size * entryBytes > registers) {
      const dense = new Uint8Array(registers);
      for (const [register, rank] of this.#ranks) dense[register] = rank;
      return dense;
    }
    const bytes = new Uint8Array(this.#ranks.size * entryBytes);
    const entries = [...this.#ranks].map(([register, rank]) => (register << rankBits) | rank).sort((a, b) => a - b);
    for (const [i, entry] of entries.entries()) putEntry(bytes, i * entryBytes, entry);
    return bytes;
  }
}

/**
 * What either of two encoded sketches has, encoded: 3 bytes an entry, ascending, or, where that is longer, a byte a register (2^14 is no multiple of 3).
 * Bytes that are no entry count for nothing.
 */
export function mergedSketch(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length + b.length < registers) return mergedEntries(a, b);
  const dense = new Uint8Array(registers);
  for (const sketch of [a, b]) eachRank(sketch, (register, rank) => void (dense[register] = Math.max(dense[register]!, rank)));
  let touched = 0;
  for (const rank of dense) if (rank > 0) touched++;
  return touched * entryBytes > registers ? dense : entriesOf(dense, touched);
}

/** How many distinct accounts an encoded sketch has seen, about. The estimator of Ertl (arXiv 1702.01284, algorithm 6): even over the whole range. */
export function estimateOf(sketch: Uint8Array): number {
  const counts = new Array<number>(rankValues + 2).fill(0);
  let touched = 0;
  eachRank(sketch, (_, rank) => {
    if (rank === 0) return;
    touched++;
    counts[Math.min(rank, rankValues + 1)]!++;
  });
  let z = registers * tau(1 - counts[rankValues + 1]! / registers);
  for (let rank = rankValues; rank >= 1; rank--) z = (z + counts[rank]!) / 2;
  z += registers * sigma(1 - touched / registers);
  return Math.round(registers ** 2 / (2 * Math.LN2 * z));
}

function mergedEntries(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  let [i, j, length] = [0, 0, 0];
  for (;;) {
    const [x, y] = [entryAt(a, i), entryAt(b, j)];
    if (x === none && y === none) return bytes.slice(0, length);
    const [ofX, ofY] = [x >> rankBits, y >> rankBits];
    if (ofX <= ofY) i += entryBytes;
    if (ofY <= ofX) j += entryBytes;
    const entry = ofX === ofY ? Math.max(x, y) : Math.min(x, y);
    if (entry >> rankBits >= registers) continue;
    putEntry(bytes, length, entry);
    length += entryBytes;
  }
}

function entriesOf(dense: Uint8Array, touched: number): Uint8Array {
  const bytes = new Uint8Array(touched * entryBytes);
  let at = 0;
  for (let register = 0; register < registers; register++) {
    if (dense[register] === 0) continue;
    putEntry(bytes, at, (register << rankBits) | dense[register]!);
    at += entryBytes;
  }
  return bytes;
}

function eachRank(sketch: Uint8Array, take: (register: number, rank: number) => void): void {
  if (sketch.length === registers) {
    for (let register = 0; register < registers; register++) take(register, sketch[register]!);
    return;
  }
  for (let at = 0, entry = entryAt(sketch, 0); entry !== none; entry = entryAt(sketch, (at += entryBytes)))
    if (entry >> rankBits < registers) take(entry >> rankBits, entry & ((1 << rankBits) - 1));
}

/** Above every entry: there is none. */
const none = 1 << 30;
const entryAt = (sketch: Uint8Array, at: number): number =>
  at + entryBytes > sketch.length ? none : (sketch[at]! << 16) | (sketch[at + 1]! << 8) | sketch[at + 2]!;

function putEntry(bytes: Uint8Array, at: number, entry: number): void {
  bytes[at] = entry >> 16;
  bytes[at + 1] = entry >> 8;
  bytes[at + 2] = entry;
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let [x, y, z] = [share, 1, share];
  for (let before = -1; before !== z; y *= 2) {
    x *= x;
    before = z;
    z += x * y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z] = [share, 1, 1 - share];
  for (let before = -1; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y /= 2;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
