import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Scenario } from './options.js';
import { dropNow } from './settings.js';
import type { Summary } from './summary.js';

export interface K6Order {
  /** The path of a k6. */
  readonly k6: string;
  readonly scenario: Scenario;
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
}

export interface K6Result {
  /** 0: all thresholds kept; 99: some not; anything else: it did not run to its end. */
  readonly code: number;
  /** Undefined: it did not come that far. */
  readonly summary: Summary | undefined;
  /** The page. */
  readonly html: string;
  readonly lines: readonly string[];
}

const scripts = fileURLToPath(new URL('../../k6/', import.meta.url));
const keptLines = 400;

/** Runs one script. Rejects where k6 does not start, or `onDrop` fails. */
export async function runK6({ k6, scenario, env, out, onDrop, onLine, timeoutMs }: K6Order): Promise<K6Result> {
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  const report = join(folder, scenario);
  // What an earlier run left is not told as this one's.
  for (const end of ['html', 'json']) rmSync(`${report}.${end}`, { force: true });
  // No server of its own on a fixed port, no word to its makers.
  const args = ['run', '--quiet', '--no-color', '--address=', '--no-usage-report', join(scripts, `${scenario}.ts`)];
  const child = spawn(k6, args, {
    env: { ...process.env, ...env, PLAZA_K6_REPORT: report },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
  });
  const ended = new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
  const lines: string[] = [];
  let dropped: Promise<void> | undefined;
  const take = (line: string): void => {
    if (line.includes(dropNow)) dropped ??= onDrop?.();
    else onLine?.(line);
    if (lines.push(line) > keptLines) lines.shift();
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take);
  const code = await ended;
  await dropped;
  return { code, summary: summaryIn(`${report}.json`), html: `${report}.html`, lines };
}

function summaryIn(file: string): Summary | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Summary;
  } catch {
    return undefined;
  }
}
