import type { Rehearsal, Sample } from './rehearsal.js';

export const calm = (atS: number): Sample => ({
  atS,
  open: atS < 5 ? 1000 * atS : 5000,
  lagP50: 40,
  lagP99: 80,
  accepted: 30,
  unavailable: 0,
  pausesMs: [],
  breaks: 0,
  told: 0,
  cpu: { 'edge-1': 0.4, 'room-state-1': 0.1 },
  machineBusy: 0.6,
  machineOthers: 0.1,
});

/** Two minutes in which all went well; an edge was killed at 50 s. */
export const good: Rehearsal = {
  asked: { viewers: 5000, rate: 30, messageBytes: 200, joinRate: 1000, seconds: 120, lagMs: 250, pauseMs: 10_000 },
  samples: Array.from({ length: 120 }, (_, atS) => ({
    ...calm(atS),
    ...(atS === 52 ? { pausesMs: [900, 1800, 2500], lagP99: 4000 } : {}),
  })),
  marks: [{ atS: 50, what: 'edge-1 is killed' }],
  allInS: 5.4,
  failed: {},
  givenUp: 0,
  mixBroken: [],
  there: { edges: 2, holders: 2 },
};

/** The same with some seconds that were otherwise. */
export const during = (from: number, to: number, change: Partial<Sample>, run: Rehearsal = good): Rehearsal => ({
  ...run,
  samples: run.samples.map((sample) => (sample.atS >= from && sample.atS < to ? { ...sample, ...change } : sample)),
});
