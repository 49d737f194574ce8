import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Places } from './compose.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const anyPorts = { PLAZA_API_PORT: '0', PLAZA_EDGE_PORT: '0', PLAZA_PROBE_PORT: '0' };

export type Ready = Places & { readonly apiKey: string };
export interface Started {
  readonly child: ChildProcess;
  readonly ready: Ready;
  /** Everything printed before it was ready. */
  readonly printed: readonly string[];
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export const launch = (env: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, [main], { env: { ...anyPorts, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });

export const exitOf = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', resolve));

/** The built standalone as a process of its own; resolves with its PLAZA_READY line. */
export async function startProcess(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const child = launch({ PLAZA_DATA: folder, ...env });
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    printed.push(line);
    if (!line.startsWith('PLAZA_READY ')) continue;
    const end = (signal: NodeJS.Signals): Promise<number | null> => {
      child.kill(signal);
      return exitOf(child);
    };
    return { child, ready: JSON.parse(line.slice('PLAZA_READY '.length)) as Ready, printed, end };
  }
  throw new Error(`it ended before it was ready: ${printed.join('\n')}`);
}
