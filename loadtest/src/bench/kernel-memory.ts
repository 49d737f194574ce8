import { readFileSync } from 'node:fs';

/** Of the whole machine, in bytes; NaN where the system does not say. */
export interface KernelMemory {
  /** Buffers of all TCP sockets. */
  readonly tcpBuffers: number;
  /** Objects of the kernel: of each socket of both ends among others. */
  readonly slab: number;
}

const pageBytes = 4096;

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

const numberIn = (text: string, what: RegExp): number => Number(what.exec(text)?.[1] ?? Number.NaN);

export const kernelMemory = (sockstat = textOf('/proc/net/sockstat'), meminfo = textOf('/proc/meminfo')): KernelMemory => ({
  tcpBuffers: numberIn(sockstat, /^TCP:.* mem (\d+)/m) * pageBytes,
  slab: numberIn(meminfo, /^Slab:\s+(\d+) kB/m) * 1024,
});
