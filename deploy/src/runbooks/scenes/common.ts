import { setTimeout as wait } from 'node:timers/promises';
import type { OwnCassandra } from '@plaza/testkit/engines';
import type { ServiceProcess } from '@plaza/testkit/cluster';
import type { Bench } from '../bench.js';

/** What a scene has seen, a line each: of an alert, or of what its runbook tells to do. */
export type Say = (line: string) => void;
export type Scene = (bench: Bench, say: Say) => Promise<void>;
export type Scenes = Readonly<Record<string, Scene>>;

interface Killable {
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Stands still most of the time, until `work` is done. */
export async function stalling<T>(processes: readonly Killable[], stillMs: number, goMs: number, work: Promise<T>): Promise<T> {
  const still = async (): Promise<void> => {
    for (const each of processes) await each.kill('SIGSTOP');
    await wait(stillMs);
    for (const each of processes) await each.kill('SIGCONT');
  };
  return await meanwhile(still, goMs, work);
}

export function named({ cluster }: Bench, id: string): ServiceProcess {
  const found = cluster.processes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

export const cassandraOf = ({ cluster }: Bench): OwnCassandra => cluster.engines.cassandra as OwnCassandra;
export const allHeld = /\d+ shards, all held by processes that live.*/;

/** Waits until the alert's expression is true, and tells after how long and of what. */
export async function seen(bench: Bench, say: Say, alert: string, timeoutMs?: number): Promise<void> {
  const atMs = performance.now();
  const found = await bench.holds(alert, timeoutMs);
  say(`${alert}: true after ${((performance.now() - atMs) / 1000).toFixed(0)} s: ${found}`);
}

export function nothing(found: readonly string[]): void {
  if (found.length > 0) throw new Error(`still ${found.join('; ')}`);
}

export function something(found: readonly string[]): void {
  if (found.length === 0) throw new Error('nothing yet');
}

/** The server API's answer, whatever its status; a `body` is posted. */
export async function asked({ cluster: { ready } }: Bench, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' };
  const response = await fetch(
    `${ready.api}${path}`,
    body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) },
  );
  return { status: response.status, body: await response.json() };
}

/** Does it again and again, until `work` is done. */
export async function meanwhile<T>(act: () => Promise<unknown>, pauseMs: number, work: Promise<T>): Promise<T> {
  let going = true;
  const ended = work.finally(() => (going = false));
  ended.catch(() => undefined);
  while (going) {
    await act();
    await wait(pauseMs);
  }
  return await ended;
}
