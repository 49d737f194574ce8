import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';

/** The most important faults, each once: what stands between a promise and its breaking. Its order follows from the seed. */
const faults = ['kill-hot-holder', 'kill-stream-leader', 'gone-hot-holder', 'two-wrong-claims', 'redis-emptied'];
const runner = fileURLToPath(new URL('../dist/run.js', import.meta.url));
const size = ['--rooms', '12', '--sockets', '60', '--rate', '40'];
/** On a calm machine it takes less than four minutes; a busy one starts slowly. */
const runMs = 600_000;

function run(folder: string): Promise<{ code: number | null; said: string }> {
  const args = ['--seed', '5', '--minutes', '1.7', '--faults', faults.join(), '--out', folder, '--log-level', 'warn', ...size];
  const child = spawn(process.execPath, [runner, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const late = setTimeout(() => child.kill('SIGTERM'), runMs);
  return new Promise((resolve) =>
    child.once('exit', (code) => {
      clearTimeout(late);
      resolve({ code, said });
    }),
  );
}

test(
  'a real cluster survives its most important faults: the judge has nothing to complain of',
  async () => {
    const folder = temporaryFolder();
    const { code, said } = await run(folder);
    const end = said.slice(said.indexOf('what clients felt'));
    expect({ code, end }).toEqual({ code: 0, end: expect.stringContaining('0 violations, 0 troubles') });
    const { rules } = JSON.parse(readFileSync(join(folder, 'verdict.json'), 'utf8')) as {
      rules: { rule: string; checked: number; missing: string }[];
    };
    const silent = rules.filter(({ checked, missing }) => checked === 0 && missing === '').map(({ rule }) => rule);
    expect(silent).toEqual([]);
  },
  runMs + 30_000,
);
