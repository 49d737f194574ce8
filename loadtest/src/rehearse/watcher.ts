import type { Cluster } from '@plaza/testkit/cluster';
import { cpuMicros, cpuShares, cpuTicks, percentile, type CpuTicks } from '../machine.js';
import type { Swarm } from '../swarm/swarm.js';
import type { Sample } from './rehearsal.js';
import type { Speaker } from './speaker.js';

/** Asks the crowd, the speaker and the machine once a second. */
export class Watcher {
  #ticks: CpuTicks = cpuTicks();
  #cpu = new Map<string, { readonly pid: number; readonly micros: number }>();
  #lookedMs = performance.now();

  /** `processes`: of a cluster of one's own; empty: they are not ours to see. */
  constructor(private readonly processes: Cluster['processes']) {
    this.#shares();
  }

  async sample(atS: () => number, swarm: Swarm, speaker: Speaker): Promise<Sample> {
    const { open, lags, pausesMs, breaks, told } = await swarm.count();
    const ms = [...lags.values()];
    return {
      atS: Math.round(10 * atS()) / 10,
      open,
      lagP50: ms.length === 0 ? null : percentile(ms, 50),
      lagP99: ms.length === 0 ? null : percentile(ms, 99),
      ...speaker.take(),
      pausesMs,
      breaks,
      told,
      cpu: this.#shares(),
      ...this.#machine(),
    };
  }

  /** Of a core, since the last look; a process that was started again begins anew. */
  #shares(): Record<string, number> {
    const elapsed = 1000 * (performance.now() - this.#lookedMs);
    this.#lookedMs = performance.now();
    const now = new Map(this.processes.flatMap(({ id, pid }) => usedBy(id, pid)));
    const shares = [...now].map(([id, { pid, micros }]) => {
      const before = this.#cpu.get(id);
      return [id, before?.pid === pid ? (micros - before.micros) / elapsed : 0] as const;
    });
    this.#cpu = now;
    return Object.fromEntries(shares);
  }

  #machine(): Pick<Sample, 'machineBusy' | 'machineOthers'> {
    const [before, now] = [this.#ticks, cpuTicks()];
    this.#ticks = now;
    const machineBusy = 1 - (now.idle - before.idle) / Math.max(1, now.all - before.all);
    return { machineBusy, machineOthers: Math.min(machineBusy, cpuShares(before, now).others) };
  }
}

function usedBy(id: string, pid: number): [string, { pid: number; micros: number }][] {
  try {
    return pid === 0 ? [] : [[id, { pid, micros: cpuMicros(pid) }]];
  } catch {
    return [];
  }
}
