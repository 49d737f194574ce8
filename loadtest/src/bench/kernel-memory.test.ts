import { expect, test } from '@jest/globals';
import { kernelMemory } from './kernel-memory.js';

test('buffers of TCP and objects of the kernel', () => {
  const sockstat = 'sockets: used 113\nTCP: inuse 89 orphan 0 tw 21 alloc 89 mem 81\nUDP: inuse 0 mem 7\n';
  expect(kernelMemory(sockstat, 'MemTotal: 1000 kB\nSlab:             2000 kB\n')).toEqual({ tcpBuffers: 81 * 4096, slab: 2_048_000 });
});

test('a system that does not say', () => {
  expect(kernelMemory('', '')).toEqual({ tcpBuffers: Number.NaN, slab: Number.NaN });
});
