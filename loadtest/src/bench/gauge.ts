import { setTimeout as pause } from 'node:timers/promises';
import type { Bed } from './bed.js';

const waitMs = 10_000;
const reachMs = 30_000;
const lookMs = 100;

/** A figure of a process's /metrics; of a labelled one the sum, 0 where nothing was counted yet. Throws where the process has none of this name. */
export async function gauge({ cluster }: Pick<Bed, 'cluster'>, id: string, name: string): Promise<number> {
  const probeUrl = cluster.processes.find((one) => one.id === id)?.probeUrl;
  const text = await (await fetch(`${probeUrl}/metrics`, { signal: AbortSignal.timeout(waitMs) })).text();
  return gaugeIn(text, name);
}

/** `name` may hold a label, `closed_total{code="4508"}`: among others that a service gives all of its figures. */
export function gaugeIn(text: string, wanted: string): number {
  const [name = '', label = ''] = wanted.replace('}', '').split('{');
  const values = text
    .split('\n')
    .filter((line) => (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && line.includes(label))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  if (values.length === 0 && !text.includes(`# HELP ${name} `)) throw new Error(`there is no metric ${name}`);
  return values.reduce((sum, each) => sum + each, 0);
}

/** Resolves with a figure when it is as wanted; throws after 30 s. */
export async function gaugeReaches(
  bed: Pick<Bed, 'cluster'>,
  id: string,
  name: string,
  wanted: (value: number) => boolean,
): Promise<number> {
  const endMs = performance.now() + reachMs;
  for (;;) {
    const value = await gauge(bed, id, name);
    if (wanted(value)) return value;
    if (performance.now() > endMs) throw new Error(`${name} of ${id} stays at ${value}`);
    await pause(lookMs);
  }
}
