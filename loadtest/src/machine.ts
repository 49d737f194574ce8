import { execFileSync, type ForkOptions } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** Ticks of /proc/PID/stat in a second; Linux has shown 100 to user space for decades. */
const ticks = 100;

/** CPU that a process has used, user and system, in microseconds. Resolution 10 ms: measure over seconds. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticks) * 1e6;
}

/** CPU time in ticks since the machine started: of all CPUs, unused, and used by this process and whatever it started. */
export interface CpuTicks {
  readonly all: number;
  readonly idle: number;
  readonly ours: number;
}

export function cpuTicks(): CpuTicks {
  const cpu = readFileSync('/proc/stat', 'latin1').split('\n')[0]!.trim().split(/\s+/).slice(1).map(Number);
  return { all: cpu.slice(0, 8).reduce((sum, each) => sum + each, 0), idle: cpu[3] ?? 0, ours: ticksOfTree() };
}

/** Shares of the machine's CPU time between two looks; the rest was idle. */
export const cpuShares = (before: CpuTicks, after: CpuTicks): { readonly ours: number; readonly others: number } => {
  const all = after.all - before.all;
  const ours = Math.max(0, after.ours - before.ours) / all;
  return { ours, others: Math.max(0, 1 - ours - (after.idle - before.idle) / all) };
};

/** Who ended and was waited for counts with its parent. */
const ticksOfTree = (): number => ours().reduce((sum, { used }) => sum + used, 0);

/** This process and whatever it started. */
export const treePids = (): number[] => ours().map(({ pid }) => pid);

function ours(): ReturnType<typeof statOf> {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const mine = new Set([process.pid]);
  for (let known = 0; known !== mine.size;) {
    known = mine.size;
    for (const { pid, parent } of processes) if (mine.has(parent)) mine.add(pid);
  }
  return processes.filter(({ pid }) => mine.has(pid));
}

function statOf(name: string): { pid: number; parent: number; used: number }[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return [{ pid: Number(name), parent: fields[1] ?? 0, used: fields.slice(11, 15).reduce((sum, each) => sum + each, 0) }];
  } catch {
    return [];
  }
}

export function residentMiB(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Math.round(Number(match?.[1] ?? 0) / 1024);
}

export const machineLine = (): string =>
  `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;

/** The p-th percentile (0-100) of values, nearest rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

/** The middle of some figures: of several runs the one that neither luck nor a neighbour made. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** How to fork a process that stays on one CPU; undefined: anywhere. */
export const pinnedTo = (cpu: number | undefined): ForkOptions => ({
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  ...(cpu === undefined ? {} : { execPath: 'taskset', execArgv: ['-c', String(cpu), process.execPath] }),
});

/** Keeps a running process, with all its threads, on one CPU, or on those of a list like `0-3`. */
export const pin = (pid: number, cpu: number | string): void => {
  execFileSync('taskset', ['-acp', String(cpu), String(pid)], { stdio: 'ignore' });
};
