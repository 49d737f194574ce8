import { setTimeout as pause } from 'node:timers/promises';
import type { Ended } from './act.js';
import type { Manifest } from './manifests.js';

/** A process that ends and starts as a pod does. */
export interface Pod {
  readonly id: string;
  /** The exit code, or the signal that ended it. */
  readonly end: number | string | undefined;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM, and SIGKILL when the time is over. */
  stop(withinMs: number): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
}

/** The command of a preStop is a process of its own: nobody hears SIGTERM as soon as it has begun. */
const commandMs = 250;

/** The worst that load balancers may do: they know of its end when its preStop is over. */
export async function endPod(pod: Pod, { graceMs, preStopMs, lameDuck }: Manifest, outOfService: () => Promise<void>): Promise<Ended> {
  const startMs = performance.now();
  if (lameDuck) await pod.kill('SIGUSR2');
  await pause(lameDuck ? commandMs : preStopMs);
  await outOfService();
  await pod.stop(graceMs - (performance.now() - startMs));
  return { id: pod.id, tookMs: Math.round(performance.now() - startMs), killed: pod.end === 'SIGKILL' };
}
