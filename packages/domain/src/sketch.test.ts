import { describe, expect, test } from '@jest/globals';
import { Sketch } from './sketch.js';

const sketchOf = (from: number, to: number, name = 'account'): Sketch => {
  const sketch = new Sketch();
  for (let i = from; i < to; i++) sketch.add(`${name}-${i}`);
  return sketch;
};
const off = (estimate: number, truth: number): number => Math.abs(estimate - truth) / truth;

describe('a sketch of distinct accounts', () => {
  test.each([1, 2, 10, 100, 1000, 10_000, 30_000, 50_000, 100_000, 400_000])('knows %i of them to 3 %%', (count) => {
    expect(off(sketchOf(0, count).estimate(), count)).toBeLessThan(0.03);
  });

  test.each(['user:', 'a', 'anon-0f3b', 'ann@example.com/'])('however accounts are named: %s', (name) => {
    expect(off(sketchOf(0, 20_000, name).estimate(), 20_000)).toBeLessThan(0.03);
  });

  test('counts an account once', () => {
    const sketch = sketchOf(0, 500);
    const before = sketch.encode();
    for (let i = 0; i < 500; i++) sketch.add(`account-${i}`);
    expect(sketch.encode()).toEqual(before);
  });

  test('merged with another counts what either has, in any order and any number of times', () => {
    const [a, b, whole] = [sketchOf(0, 30_000), sketchOf(20_000, 60_000), sketchOf(0, 60_000)];
    const [ab, ba] = [new Sketch(), new Sketch()];
    for (const part of [a, b, a]) ab.merge(part.encode());
    for (const part of [b, a]) ba.merge(part.encode());
    expect(ab.encode()).toEqual(whole.encode());
    expect(ba.encode()).toEqual(whole.encode());
    expect(off(ab.estimate(), 60_000)).toBeLessThan(0.03);
  });

  test('is 3 bytes an entry, ascending, and empty where there is nothing', () => {
    expect(new Sketch().encode()).toEqual(new Uint8Array(0));
    expect(new Sketch().empty).toBe(true);
    expect(new Sketch().estimate()).toBe(0);
    const bytes = sketchOf(0, 200).encode();
    expect(bytes.length % 3).toBe(0);
    const registers = Array.from({ length: bytes.length / 3 }, (_, i) => Buffer.from(bytes).readUIntBE(3 * i, 3) >>> 6);
    expect(registers).toEqual([...new Set(registers)].sort((a, b) => a - b));
    expect(registers.every((register) => register < 2 ** 14)).toBe(true);
  });

  test('that was cut off in an entry is read up to there', () => {
    const sketch = new Sketch();
    sketch.merge(sketchOf(0, 10).encode().subarray(0, 8));
    expect(sketch.encode()).toHaveLength(6);
  });
});
