import { expect, test } from '@jest/globals';
import { Heard, saidIn, speech } from './speech.js';

const said = { sentMs: 1_767_225_600_000, speaker: 'k6-3', number: 12 };

test('what is said can be heard', () => {
  const text = speech(said, 200);
  expect(text).toHaveLength(200);
  expect(saidIn(text)).toEqual(said);
  expect(saidIn(speech(said, 1, 'Ω'))).toEqual(said);
});

test.each([[undefined], ['Hello'], ['@12@'], [' @12@a#1@']])('%s is nothing that a speaker says', (text) => {
  expect(saidIn(text)).toBeUndefined();
});

test.each([
  ['without a hole', [4, 5, 6], [0, 0, 0]],
  ['with a planted hole', [1, 2, 5, 6], [0, 0, 2, 0]],
  ['with one twice', [1, 2, 2, 3], [0, 0, -1, 0]],
  ['who does not count', [0, 0, 0], [0, 0, 0]],
  ['with one too late', [1, 3, 2, 4], [0, 1, -2, 0]],
])('a speaker is heard %s', (_, numbers, missing) => {
  const heard = new Heard();
  expect(numbers.map((number) => heard.missingBefore({ ...said, number }))).toEqual(missing);
});

test('speakers count each for itself, and anew behind a hole that was told', () => {
  const heard = new Heard();
  heard.missingBefore({ ...said, number: 1 });
  expect(heard.missingBefore({ ...said, speaker: 'other', number: 7 })).toBe(0);
  heard.forget();
  expect(heard.missingBefore({ ...said, number: 40 })).toBe(0);
});
