import { describe, expect, test } from '@jest/globals';
import { decideAge } from './log-age.js';

const hour = 3_600_000;
const usual = { keepMs: 24 * hour, needs: [], bytes: 0, maxBytes: 1000 };

describe('the age of a stream', () => {
  test.each([
    ['nobody needs anything', [], 24, []],
    [
      'all are near',
      [
        ['history', 0.1],
        ['metrics', 3],
      ],
      24,
      [],
    ],
    ['somebody is a quarter from the end', [['history', 18]], 24, []],
    [
      'somebody is nearer than that',
      [
        ['history', 18.1],
        ['metrics', 1],
      ],
      30,
      ['history'],
    ],
    ['it was lengthened and the lag grew', [['history', 23.9]], 30, ['history']],
    [
      'the lag has grown past the usual age',
      [
        ['history', 24.1],
        ['snapshots', 19],
      ],
      36,
      ['history', 'snapshots'],
    ],
    [
      'the oldest need decides',
      [
        ['history', 20],
        ['snapshots', 100],
      ],
      108,
      ['history', 'snapshots'],
    ],
  ] as [string, [string, number][], number, string[]][])('when %s', (_, needs, hours, heldFor) => {
    const asked = { ...usual, needs: needs.map(([by, age]) => ({ by, ageMs: age * hour })) };
    expect(decideAge(asked)).toEqual({ ageMs: hours * hour, heldFor, halfFull: false });
  });

  test.each([
    [499, 1000, false],
    [500, 1000, true],
    [2000, 1000, true],
    [2000, undefined, false],
  ])('%s bytes of %s: half full is %s', (bytes, maxBytes, halfFull) => {
    expect(decideAge({ ...usual, bytes, maxBytes }).halfFull).toBe(halfFull);
  });

  test('leaves what is needed a quarter of the usual age at least, however old it is', () => {
    for (let age = 0; age < 200; age += 0.7) {
      const { ageMs } = decideAge({ ...usual, needs: [{ by: 'history', ageMs: age * hour }] });
      expect(ageMs - age * hour).toBeGreaterThanOrEqual(6 * hour);
    }
  });
});
