import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gapsOf, type Gaps } from './gaps.js';

/** What a process with `inside.js` answers. */
export interface Answers {
  readonly 'watch-loop': object;
  readonly loop: { readonly betweenMs: readonly number[]; readonly timerMs: number };
  readonly memory: NodeJS.MemoryUsage;
}
export type Asks = keyof Answers;

/** For `--import`. */
export const insidePath = fileURLToPath(new URL('./inside.js', import.meta.url));
/** The edge with it, as a main of a cluster. */
export const probedEdge = fileURLToPath(new URL('./edge-main.js', import.meta.url));

/** In the abstract name space of Linux: no file that stays when a process is killed. */
export const socketOf = (pid: number): string => `\0plaza-probe-${pid}`;

const waitMs = 30_000;

function ask<K extends Asks>(pid: number, what: K): Promise<Answers[K]> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: socketOf(pid), path: `/${what}`, signal: AbortSignal.timeout(waitMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve(JSON.parse(text) as Answers[K]));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The gaps of a process's event loop while something is done. */
export async function gapsDuring<T>(pid: number, work: () => Promise<T>): Promise<{ readonly gaps: Gaps; readonly done: T }> {
  await ask(pid, 'watch-loop');
  const done = await work();
  const { betweenMs, timerMs } = await ask(pid, 'loop');
  return { gaps: gapsOf(betweenMs, timerMs), done };
}

/** After a garbage collection, in bytes. */
export interface UserMemory {
  /** Objects of JavaScript. */
  readonly heap: number;
  /** What native code of the main thread allocated, and the buffers of JavaScript: the resident part of malloc's arena. */
  readonly native: number;
}

/** Of two moments it tells what was added; all of the process it is not: code, stacks, other threads, and what V8 keeps free for later. */
export async function memoryOf(pid: number): Promise<UserMemory> {
  const { heapUsed } = await ask(pid, 'memory');
  return { heap: heapUsed, native: arenaBytes(readFileSync(`/proc/${pid}/smaps`, 'latin1')) };
}

/** Resident bytes of the mapping [heap] in a text as /proc/PID/smaps. */
export function arenaBytes(smaps: string): number {
  let inArena = false;
  let kilobytes = 0;
  for (const line of smaps.split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) inArena = line.endsWith('[heap]');
    else if (inArena && line.startsWith('Rss:')) kilobytes += Number(/\d+/.exec(line)?.[0]);
  }
  return kilobytes * 1024;
}
