import { expect, test } from '@jest/globals';
import { RecentlySeen } from './recently-seen.js';

test('what was seen is known again until enough else was seen', () => {
  const seen = new RecentlySeen(2);
  expect(['a', 'b', 'a', 'c', 'b', 'a', 'c'].map((key) => seen.isNew(key))).toEqual([true, true, false, true, false, true, false]);
});
