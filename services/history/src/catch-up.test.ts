import { expect, test } from '@jest/globals';
import { FakeClock } from '@plaza/testkit';
import { CatchUp } from './catch-up.js';

test.each([
  ['live: none', 1000, 300, 0],
  ['behind: a third of the work', 60_000, 300, 100],
  ['behind, on a slow store: half a second at most', 60_000, 9000, 500],
  ['behind, on a fast store: none', 60_000, 2, 0],
])('a reader rests: %s', async (_, ageMs, tookMs, restMs) => {
  const clock = new FakeClock();
  const begunMs = clock.now();
  clock.advance(tookMs);
  let rested = false;
  const resting = new CatchUp(clock).rest(begunMs, clock.now() - ageMs).then(() => (rested = true));
  await clock.pass(Math.max(0, restMs - 1));
  expect(rested).toBe(restMs === 0);
  await clock.pass(1);
  await resting;
  expect(clock.pending).toBe(0);
});
