import { describe, expect, test } from '@jest/globals';
import { Dropped } from './dropped.js';

const group = (...tags: string[]) => ({ key: JSON.stringify(tags), tags: new Set(tags) });

describe('what left a ring', () => {
  const table: [string, string[], number, boolean][] = [
    ['nobody in particular, before it was said', [], 10, true],
    ['whom it was not for', [], 30, true],
    ['whom it was for', ['vip'], 10, false],
    ['whom it was for, who has it', ['vip'], 20, true],
    ['everybody, when it was for everybody', [], 0, false],
    ['who was spoken to later', ['staff'], 20, false],
  ];
  test.each(table)('had nothing for %s (tags %j, after %i): %s', (_, tags, after, nothing) => {
    const dropped = new Dropped();
    dropped.note([''], 10);
    dropped.note(['vip'], 20);
    dropped.note(['staff', '!vip && staff'], 30);
    dropped.note([], 40);
    expect(dropped.hadNothingFor(group(...tags), after)).toBe(nothing);
  });

  test('is unknown before a ring began', () => {
    const dropped = new Dropped();
    dropped.note(['vip'], 20);
    dropped.restart(50);
    expect([49, 50].map((after) => dropped.hadNothingFor(group(), after))).toEqual([false, true]);
  });

  test('is unknown where there were too many audiences, up to the last that was forgotten', () => {
    const dropped = new Dropped();
    for (let i = 1; i <= 66; i++) dropped.note([`tag${i}`], i * 10);
    expect([10, 19, 20].map((after) => dropped.hadNothingFor(group('tag1'), after))).toEqual([false, false, true]);
    expect(dropped.hadNothingFor(group('tag3'), 20)).toBe(false);
  });

  test('may come again, and then is not newer than it was', () => {
    const dropped = new Dropped();
    dropped.note(['vip'], 40);
    dropped.note(['vip'], 20);
    expect(dropped.hadNothingFor(group('vip'), 30)).toBe(false);
  });
});
