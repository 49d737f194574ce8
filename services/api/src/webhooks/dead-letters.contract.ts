import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { letterDays, letterId, type DeadLetter, type DeadLetters } from './dead-letters.js';

const nowMs = Date.UTC(2026, 5, 15, 12);
const dayMs = 86_400_000;

const aLetter = (ageMs: number, over: Partial<DeadLetter> = {}): DeadLetter => ({
  id: letterId(nowMs - ageMs, '0a0b0c0d'),
  endpoint: 'wh_1',
  room: 'lobby',
  from: 2 ** 50,
  to: 2 ** 50 + 9,
  events: 2,
  attempts: 14,
  lastError: 'status 500',
  body: '[{"kind":"message"},{"kind":"muted"}]',
  ...over,
});

/** Every store of dead letters keeps this; each test has an empty one. */
export function deadLettersContract(name: string, open: () => Promise<{ letters: DeadLetters; close: () => Promise<void> }>): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let letters: DeadLetters;
    beforeEach(async () => {
      opened = await open();
      letters = opened.letters;
    });
    afterEach(() => opened.close());

    test('letters are listed oldest first over days, page by page, each endpoint its own', async () => {
      const [old, yesterday, today, now] = [20 * dayMs, dayMs, 3_600_000, 0].map((ageMs) => aLetter(ageMs)) as [
        DeadLetter,
        DeadLetter,
        DeadLetter,
        DeadLetter,
      ];
      for (const letter of [today, old, now, yesterday, aLetter(5, { endpoint: 'wh_2' })]) await letters.bury(letter);
      expect(await letters.list('wh_1', '', 3, nowMs)).toEqual([old, yesterday, today]);
      expect(await letters.list('wh_1', today.id, 3, nowMs)).toEqual([now]);
      expect(await letters.list('wh_1', now.id, 3, nowMs)).toEqual([]);
      expect(await letters.list('wh_3', '', 3, nowMs)).toEqual([]);
    });

    test('letters past their days are not listed', async () => {
      await letters.bury(aLetter(letterDays * dayMs + 1000));
      expect(await letters.list('wh_1', '', 3, nowMs)).toEqual([]);
    });

    test('a letter is found and removed, once', async () => {
      const letter = aLetter(1000);
      await letters.bury(letter);
      expect(await letters.find('wh_1', letter.id)).toEqual(letter);
      expect(await letters.find('wh_2', letter.id)).toBeUndefined();
      expect(await letters.remove('wh_2', letter.id)).toBe(false);
      expect(await letters.remove('wh_1', letter.id)).toBe(true);
      expect(await letters.remove('wh_1', letter.id)).toBe(false);
      expect(await letters.find('wh_1', letter.id)).toBeUndefined();
    });
  });
}
