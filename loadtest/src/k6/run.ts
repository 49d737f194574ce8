import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cpuMicros, residentMiB } from '../machine.js';
import type { Scenario } from './options.js';
import { dropNow } from './settings.js';
import type { Summary } from './summary.js';

export interface K6Order {
  /** The path of a k6. */
  readonly k6: string;
  readonly scenario: Scenario | 'rehearsal';
  /** PLAZA_K6_... */
  readonly env: Readonly<Record<string, string>>;
  /** Where the report goes; made where it is missing. */
  readonly out: string;
  /** Called when a reconnect storm wants connections to end. */
  readonly onDrop?: () => Promise<void>;
  /** Lines of k6: what it logs, then the summary. */
  readonly onLine?: (line: string) => void;
  /** Longer than that it does not run. */
  readonly timeoutMs?: number;
  /** What archiveK6 wrote, instead of the script in this work tree. */
  readonly archive?: string;
  /** The half of the run that this generator has. */
  readonly segment?: '0:1/2' | '1/2:1';
}

export interface K6Result {
  /** 0: all thresholds kept; 99: some not; anything else: it did not run to its end. */
  readonly code: number;
  /** Undefined: it did not come that far. */
  readonly summary: Summary | undefined;
  /** The page. */
  readonly html: string;
  readonly lines: readonly string[];
  /** What the generator itself took; 0 where the system does not say. */
  readonly cpuSeconds: number;
  readonly mostMiB: number;
}

const scripts = fileURLToPath(new URL('../../k6/', import.meta.url));
const keptLines = 400;
const lookMs = 250;

/** Writes a script, with all that it imports and the sizes of its run, to one file: k6 takes the number of VUs from it and the rest from its environment. */
export async function archiveK6({ k6, scenario, env }: Pick<K6Order, 'k6' | 'scenario' | 'env'>, file: string): Promise<void> {
  const told = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const args = ['archive', '--archive-out', resolve(file), ...told, join(scripts, `${scenario}.ts`)];
  const child = spawn(k6, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  if (code !== 0) throw new Error(`k6 archive ended with ${code}`);
}

/** Runs one script. Rejects where k6 does not start, or `onDrop` fails. */
export async function runK6({ k6, scenario, env, out, onDrop, onLine, timeoutMs, archive, segment }: K6Order): Promise<K6Result> {
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  const report = join(folder, scenario);
  // What an earlier run left is not told as this one's.
  for (const end of ['html', 'json']) rmSync(`${report}.${end}`, { force: true });
  // No server of its own on a fixed port, no word to its makers.
  const part = segment === undefined ? [] : [`--execution-segment=${segment}`, '--execution-segment-sequence=0,1/2,1'];
  const script = archive ?? join(scripts, `${scenario}.ts`);
  const args = ['run', '--quiet', '--no-color', '--address=', '--no-usage-report', ...part, script];
  const child = spawn(k6, args, {
    env: { ...process.env, ...env, PLAZA_K6_REPORT: report },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
  });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const ended = new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  }).finally(() => process.off('exit', end));
  const lines: string[] = [];
  let dropped: Promise<void> | undefined;
  const take = (line: string): void => {
    if (line.includes(dropNow)) dropped ??= onDrop?.();
    else onLine?.(line);
    if (lines.push(line) > keptLines) lines.shift();
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take);
  const usage = usageOf(child.pid);
  const code = await ended;
  await dropped;
  return { code, summary: summaryIn(`${report}.json`), html: `${report}.html`, lines, ...usage() };
}

/** Looks at a process as long as it is there; what it was at the last look. */
function usageOf(pid: number | undefined): () => Pick<K6Result, 'cpuSeconds' | 'mostMiB'> {
  let [cpuSeconds, mostMiB] = [0, 0];
  const look = setInterval(() => {
    try {
      cpuSeconds = cpuMicros(pid ?? 0) / 1e6;
      mostMiB = Math.max(mostMiB, residentMiB(pid ?? 0));
    } catch {
      // It ended between two looks, or there is no /proc.
    }
  }, lookMs);
  return () => {
    clearInterval(look);
    return { cpuSeconds, mostMiB };
  };
}

function summaryIn(file: string): Summary | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Summary;
  } catch {
    return undefined;
  }
}
