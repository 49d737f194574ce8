import { setTimeout as wait } from 'node:timers/promises';
import { causeOf } from '@plaza/kit';
import { diceOf, titleOf, type PlannedFault, type Step } from './plan.js';
import type { Scene } from './scene.js';

/** What a step was, in times of `performance.now()`. */
export interface StepResult {
  readonly title: string;
  readonly step: Step | undefined;
  readonly hits: readonly string[];
  readonly startedAt: number;
  readonly healedAt: number;
  /** Everything was ready again, or was not in time. */
  readonly readyAt: number;
  readonly endedAt: number;
  /** What went wrong with the cluster or with the fault itself, in words. */
  readonly troubles: readonly string[];
}

export interface StepTimes {
  /** After everything is ready again. */
  readonly calmMs: number;
  /** In which everything has to be ready again after the healing. */
  readonly readyMs: number;
}

const lookMs = 100;

/** Breaks, heals, waits until everything is ready again, and lets the cluster be for a while. Rejects only when `signal` aborts. */
export async function runStep(
  scene: Scene,
  seed: number,
  step: Step,
  times: StepTimes,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<StepResult> {
  const title = titleOf(step);
  const startedAt = performance.now();
  const settled = await Promise.allSettled(
    step.faults.map((planned, order) => oneFault(scene, planned, diceOf(seed, step, order), say, signal)),
  );
  signal.throwIfAborted();
  const healedAt = performance.now();
  const failed = settled.flatMap((each) => (each.status === 'rejected' ? [causeOf(each.reason)] : []));
  const unready = await untilReady(scene, times.readyMs, signal);
  const readyAt = performance.now();
  await wait(times.calmMs, undefined, { signal });
  const troubles = [...failed, ...unready];
  for (const trouble of troubles) say(`TROUBLE after ${title}: ${trouble}`);
  const hits = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return { title, step, hits, startedAt, healedAt, readyAt, endedAt: performance.now(), troubles };
}

async function oneFault(
  scene: Scene,
  { fault, afterMs, lastsMs }: PlannedFault,
  dice: ReturnType<typeof diceOf>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  await wait(afterMs, undefined, { signal });
  say(`${fault.name}: ${fault.does}`);
  const begun = await fault.begin(scene, dice);
  say(`${fault.name} hit ${begun.hit}${lastsMs > 0 ? `, for ${(lastsMs / 1000).toFixed(1)} s` : ''}`);
  await wait(lastsMs, undefined, { signal });
  await begun.heal();
  say(`${fault.name} is healed`);
  return begun.hit;
}

/** What is not ready in time, in words; it is killed and started again, so that the run can go on: it may be there and hang. */
async function untilReady(scene: Scene, readyMs: number, signal: AbortSignal): Promise<string[]> {
  const endMs = performance.now() + readyMs;
  for (;;) {
    const unready = await scene.notReady();
    if (unready.length === 0) return [];
    if (performance.now() > endMs) {
      await Promise.allSettled(unready.map(({ process }) => process.kill().then(() => process.start())));
      return unready.map(({ process, state }) => `${process.id} is ${state} ${Math.round(readyMs / 1000)} s after the healing`);
    }
    await wait(lookMs, undefined, { signal });
  }
}
