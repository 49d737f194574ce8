import { expect, test } from '@jest/globals';
import { arenaBytes } from './probe.js';

test("malloc's arena of a process", () => {
  const smaps = `55d0c0000000-55d0c0200000 rw-p 00000000 00:00 0                          [heap]
Size:               2048 kB
Rss:                 300 kB
Pss:                 300 kB
7f0000000000-7f0000100000 rw-p 00000000 00:00 0 
Rss:                1000 kB
55d0c0200000-55d0c0300000 rw-p 00000000 00:00 0                          [heap]
Rss:                  20 kB
`;
  expect(arenaBytes(smaps)).toBe(320 * 1024);
});
