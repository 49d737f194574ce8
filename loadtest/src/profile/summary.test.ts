import { expect, test } from '@jest/globals';
import { heaviest, type CpuProfile } from './summary.js';

const node = (id: number, functionName: string, url = '', lineNumber = 0): CpuProfile['nodes'][number] => ({
  id,
  callFrame: { functionName, url, lineNumber },
});
const profile: CpuProfile = {
  nodes: [
    node(1, '(root)'),
    node(2, '(idle)'),
    node(3, 'send', 'file:///x/dist/drain.js', 41),
    node(4, 'send', 'file:///x/dist/drain.js', 41),
    node(5, ''),
  ],
  samples: [2, 3, 4, 5, 2],
  timeDeltas: [1000, 300, 300, 200, 5000],
};

test('own times by function, of the time that was not idle', () => {
  expect(heaviest(profile, 5)).toEqual([
    { where: 'send dist/drain.js:42', share: 0.75 },
    { where: '(anonymous)', share: 0.25 },
  ]);
});

test('no more than asked for, the heaviest first', () => {
  expect(heaviest(profile, 1).map(({ where }) => where)).toEqual(['send dist/drain.js:42']);
});
