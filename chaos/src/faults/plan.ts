import { Prng } from '../swarm/prng.js';
import type { Fault } from './fault.js';

export interface PlannedFault {
  readonly fault: Fault;
  /** After the beginning of its step, ms. */
  readonly afterMs: number;
  readonly lastsMs: number;
}

/** One fault alone, or two that overlap; then calm. */
export interface Step {
  readonly number: number;
  readonly faults: readonly PlannedFault[];
}

/** A step, its healing and the calm after it take about this long. */
const stepMs = 20_000;
const mixShiftMs = 3000;

/**
 * What is done when, from the seed alone: every fault once, in an order by chance, then mixes of two until the time is up. The time bounds the run, not
 * the plan: where a step takes long the last ones are not reached. `isAlone`: no mixes, and every fault is in the plan, however little time there is.
 */
export function planOf(seed: number, minutes: number, faults: readonly Fault[], isAlone = false): readonly Step[] {
  const dice = new Prng(seed, 'plan');
  const count = isAlone ? faults.length : Math.max(1, Math.floor((minutes * 60_000) / stepMs));
  const alone = shuffled(faults, dice).map((fault) => [fault]);
  const mixed = Array.from({ length: Math.max(0, count - alone.length) }, () => pairOf(faults, dice));
  return [...alone, ...mixed].slice(0, count).map((some, index) => ({
    number: index + 1,
    faults: some.map((fault, order) => ({
      fault,
      afterMs: order === 0 ? 0 : dice.between(0, mixShiftMs),
      lastsMs: dice.between(...fault.lastsMs),
    })),
  }));
}

/** Two different ones. */
function pairOf(faults: readonly Fault[], dice: Prng): readonly Fault[] {
  const [first, second] = shuffled(faults, dice);
  return second === undefined ? [first as Fault] : [first as Fault, second];
}

function shuffled(faults: readonly Fault[], dice: Prng): readonly Fault[] {
  const left = [...faults];
  const out: Fault[] = [];
  while (left.length > 0) out.push(...left.splice(dice.between(0, left.length - 1), 1));
  return out;
}

/** The dice of one fault of a step: who is hit does not depend on what else is tried. */
export const diceOf = (seed: number, step: Step, order: number): Prng => new Prng(seed, `step ${step.number}.${order}`);

export const titleOf = (step: Step): string => step.faults.map(({ fault }) => fault.name).join(' + ');

export const stepText = (step: Step): string =>
  `${String(step.number).padStart(3)}  ${step.faults
    .map(
      ({ fault, afterMs, lastsMs }) =>
        `${fault.name}${afterMs > 0 ? ` after ${seconds(afterMs)}` : ''}${lastsMs > 0 ? ` for ${seconds(lastsMs)}` : ''}`,
    )
    .join(', ')}`;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
