import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';

const kit = new URL('../dist/index.js', import.meta.url).href;

/** A process of its own that is guarded and does this. */
function guarded(work: string): Promise<{ signal: NodeJS.Signals | null; code: number | null; said: string }> {
  const script = `import { guardLoop } from ${JSON.stringify(kit)}; guardLoop('edge', 1000); ${work}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ signal, code, said })));
}

test('a process whose event loop is stuck kills itself and says so', async () => {
  const { signal, said } = await guarded('setTimeout(() => { for (;;); }, 100);');
  expect(signal).toBe('SIGKILL');
  expect(JSON.parse(said)).toMatchObject({ level: 60, service: 'edge', event: 'loop-stuck', stuckMs: 1000 });
});

test('a guard keeps no process alive that has nothing left to do', async () => {
  expect(await guarded('')).toEqual({ signal: null, code: 0, said: '' });
});
