import type { Drained } from './act.js';

/** From the log of an edge that was stopped, a line an event; undefined: it did not get to the end of its drain. */
export function drainOf(log: string): Drained | undefined {
  const began = /^.*"event":"draining".*$/m.exec(log)?.[0];
  const ended = /^.*"event":"drained".*$/m.exec(log)?.[0];
  if (began === undefined || ended === undefined) return undefined;
  const { time, left } = JSON.parse(ended) as { time: string; left: number };
  return { tookMs: Date.parse(time) - Date.parse((JSON.parse(began) as { time: string }).time), left };
}
