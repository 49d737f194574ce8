import { describe, expect, test } from '@jest/globals';
import { estimateOf, mergedSketch, Sketch } from './sketch.js';

const sketchOf = (from: number, to: number, name = 'account'): Uint8Array => {
  const sketch = new Sketch();
  for (let i = from; i < to; i++) sketch.add(`${name}-${i}`);
  return sketch.encode();
};
const off = (sketch: Uint8Array, truth: number): number => Math.abs(estimateOf(sketch) - truth) / truth;
const dense = 2 ** 14;
const nobody = new Uint8Array(0);

describe('a sketch of distinct accounts', () => {
  test.each([1, 2, 10, 100, 1000, 10_000, 40_000, 60_000, 200_000])('knows %i of them to 3 %%', (count) => {
    expect(off(sketchOf(0, count), count)).toBeLessThan(0.03);
  });

  test('is a percent off at most, on average, whatever their number', () => {
    const counts = Array.from({ length: 20 }, (_, i) => Math.round(20 * 1.5 ** i));
    const errors = counts.map((count) => off(sketchOf(0, count, `set-${count}`), count));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.01);
  });

  test.each(['user:', 'a', 'anon-0f3b', 'ann@example.com/'])('however accounts are named: %s', (name) => {
    expect(off(sketchOf(0, 20_000, name), 20_000)).toBeLessThan(0.03);
  });

  test('counts an account once', () => {
    const sketch = new Sketch();
    for (let i = 0; i < 500; i++) sketch.add(`account-${i}`);
    const before = sketch.encode();
    for (let i = 0; i < 500; i++) sketch.add(`account-${i}`);
    expect(sketch.encode()).toEqual(before);
  });

  test('merged with another counts what either has, in any order and any number of times', () => {
    const [a, b, whole] = [sketchOf(0, 30_000), sketchOf(20_000, 60_000), sketchOf(0, 60_000)];
    expect(mergedSketch(mergedSketch(a, b), a)).toEqual(whole);
    expect(mergedSketch(b, mergedSketch(a, b))).toEqual(whole);
    expect(mergedSketch(nobody, sketchOf(0, 9))).toEqual(sketchOf(0, 9));
    expect(mergedSketch(sketchOf(0, 700), sketchOf(300, 900))).toEqual(sketchOf(0, 900));
    expect(off(whole, 60_000)).toBeLessThan(0.03);
  });

  test('is 3 bytes an entry, ascending, and empty where there is nothing', () => {
    expect(new Sketch().encode()).toEqual(new Uint8Array(0));
    expect(new Sketch().empty).toBe(true);
    expect(estimateOf(new Uint8Array(0))).toBe(0);
    const bytes = sketchOf(0, 200);
    expect(bytes.length % 3).toBe(0);
    const registers = Array.from({ length: bytes.length / 3 }, (_, i) => Buffer.from(bytes).readUIntBE(3 * i, 3) >>> 6);
    expect(registers).toEqual([...new Set(registers)].sort((a, b) => a - b));
    expect(registers.every((register) => register < dense)).toBe(true);
  });

  test('is a byte a register where that is shorter', () => {
    const few = sketchOf(0, 6000);
    expect(few.length).toBeLessThan(dense);
    const many = sketchOf(0, 9000);
    expect(many).toHaveLength(dense);
    expect(mergedSketch(few, many)).toEqual(many);
    expect(mergedSketch(few, sketchOf(6000, 9000))).toEqual(many);
  });

  test('that was cut off in an entry is read up to there; a register that there is not is passed over', () => {
    expect(mergedSketch(nobody, sketchOf(0, 10).subarray(0, 8))).toHaveLength(6);
    expect(mergedSketch(Uint8Array.of(0xff, 0xff, 0x01), nobody)).toHaveLength(0);
  });
});
