import { expect, test } from '@jest/globals';
import { noCount, type SwarmCount } from '../swarm/order.js';
import { Watch } from './watch.js';

test('what happened is noted with what was being done, and an act is over when all are back', async () => {
  const counts: SwarmCount[] = [
    { ...noCount, open: 3, dropped: 1, lags: new Map([['early', 5]]) },
    { ...noCount, open: 3, dropped: 3, cut: 1, stallMs: 80, pausesMs: [700], triesAtMs: [1, 2], lags: new Map([['x', 40]]) },
  ];
  const last = { ...noCount, open: 3, dropped: 3, cut: 1 };
  const watch = new Watch({ count: () => Promise.resolve(counts.shift() ?? last) }, { sockets: 3, calmMs: 0, tell: () => undefined });
  const notes = await watch.act('a drain', ({ ended }) => Promise.resolve(void ended.push({ id: 'edge-1', tookMs: 1, killed: false })));
  expect(notes).toMatchObject({
    what: 'a drain',
    dropped: 2,
    cut: 1,
    stallMs: 80,
    pausesMs: [700],
    triesAtMs: [1, 2],
    lagMs: [40],
    allBack: true,
  });
  expect(notes.ended).toHaveLength(1);
  expect(watch.notes.what).toBe('after');
});
