import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@plaza/testkit';
import type { ClusterOptions } from '@plaza/testkit/cluster';
import { heaviest, type CpuProfile } from './summary.js';

/** The services that are looked at; each has a main in this folder. */
const kinds = ['edge', 'room-state'] as const;
export type Profiled = (typeof kinds)[number];

const shownEntries = 10;
const writtenMs = 30_000;

/** `npm run bench -- --profile FOLDER` sets it; undefined: no profiles are made. */
const folder = (): string | undefined => process.env['PLAZA_BENCH_PROFILE'];

/** How services start that can be profiled; as they always do where no profile is asked for. */
export function observed(): Pick<ClusterOptions, 'mains' | 'env'> {
  const profiles = folder();
  if (profiles === undefined) return {};
  mkdirSync(profiles, { recursive: true });
  const main = (kind: Profiled): string => fileURLToPath(new URL(`./${kind}.js`, import.meta.url));
  return { mains: Object.fromEntries(kinds.map((kind) => [kind, main(kind)])), env: { PLAZA_BENCH_PROFILE: profiles } };
}

/** Does the work while the process is profiled, says where its busy time went, and keeps FOLDER/KIND.cpuprofile for the flame view of Chrome or an editor. */
export async function profiled<T>(kind: Profiled, pid: number, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const profiles = folder();
  if (profiles === undefined) return await work();
  const file = join(profiles, `${kind}.cpuprofile`);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  try {
    return await work();
  } finally {
    process.kill(pid, 'SIGUSR2');
    const profile = await eventually(() => JSON.parse(readFileSync(file, 'utf8')) as CpuProfile, { timeoutMs: writtenMs });
    say(`${kind}, own time of functions:`);
    for (const { where, share } of heaviest(profile, shownEntries)) say(`${(100 * share).toFixed(1).padStart(5)} % ${where}`);
  }
}
