import { describe, expect, test } from '@jest/globals';
import { eventually } from './eventually.js';

describe('eventually', () => {
  test('gives the first answer that does not throw', async () => {
    let asked = 0;
    const answer = await eventually(() => {
      asked += 1;
      if (asked < 3) throw new Error('not yet');
      return asked;
    });
    expect(answer).toBe(3);
  });

  test('throws what was thrown last when the time is over', async () => {
    await expect(eventually(() => Promise.reject(new Error('never')), { timeoutMs: 60, everyMs: 5 })).rejects.toThrow('never');
  });

  test('a check that hangs does not hang its caller', async () => {
    await expect(eventually(() => new Promise(() => undefined), { timeoutMs: 40, everyMs: 5 })).rejects.toThrow('took longer');
  });
});
