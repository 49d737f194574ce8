import { setTimeout as wait } from 'node:timers/promises';
import type { Probe, Probes } from '@plaza/kit';

const readyMs = 30_000;
const lookMs = 20;

/** The probes of all parts as one: ok when each is, with the detail of those that are not. */
export function allProbes(parts: () => readonly Probes[]): Probes {
  const all = (ask: (part: Probes) => Probe): Probe => {
    const not = parts()
      .map(ask)
      .filter(({ ok }) => !ok);
    return { ok: not.length === 0, detail: { waitingFor: not.map(({ detail }) => detail) } };
  };
  return { health: () => all((part) => part.health()), ready: () => all((part) => part.ready()) };
}

/** Resolves when all parts are ready; rejects after 30 s with what is missing. */
export async function untilReady(parts: () => readonly Probes[]): Promise<void> {
  const probes = allProbes(parts);
  for (const endMs = Date.now() + readyMs; ; await wait(lookMs)) {
    const { ok, detail } = probes.ready();
    if (ok) return;
    if (Date.now() > endMs) throw new Error(`not ready after ${readyMs} ms: ${JSON.stringify(detail)}`);
  }
}
