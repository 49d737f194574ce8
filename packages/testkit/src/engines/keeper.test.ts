import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../eventually.js';
import { isAlive } from './cache.js';
import { Keeper } from './keeper.js';
import { ServerProcess } from './server-process.js';

const sleeper = (keeper: Keeper, command = 'sleep', args = ['600']): ServerProcess =>
  new ServerProcess({
    name: 'sleeper',
    command,
    args,
    folder: mkdtempSync(join(keeper.folder, 'sleeper-')),
    answers: () => Promise.resolve(),
    startMs: 1000,
    guard: keeper.guard,
  });

describe('keeper', () => {
  test('what still runs at its close is ended, and the folder goes away', async () => {
    const keeper = new Keeper();
    const server = sleeper(keeper);
    await server.start();
    const { pid } = server;
    await keeper.close();
    await eventually(() => expect(isAlive(pid)).toBe(false));
    expect(existsSync(keeper.folder)).toBe(false);
  });

  test('what it keeps ends with an owner that was killed', async () => {
    const script = join(import.meta.dirname, '..', '..', 'keeper.sh');
    const owner = spawn(
      'sh',
      ['-c', `d=$(mktemp -d); mkdir $d/pids; sleep 600 & touch $d/pids/$!; echo $! $d; tail -f /dev/null | sh ${script} $d`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      },
    );
    const line = await new Promise<string>((resolve) => owner.stdout.once('data', (bytes) => resolve(String(bytes))));
    const [pid = '', folder = ''] = line.trim().split(' ');
    const [tail] = await eventually(async () => {
      const { run } = await import('./run.js');
      const found = (await run('pgrep', ['-P', String(owner.pid), 'tail'], 2000)).trim().split('\n');
      return found;
    });
    process.kill(Number(tail), 'SIGKILL');
    await eventually(() => expect(isAlive(Number(pid)) || existsSync(folder)).toBe(false));
  });

  test('a command that does not exist is said at once', async () => {
    const keeper = new Keeper();
    const server = new ServerProcess({
      name: 'nothing',
      command: '/nonexistent/command',
      args: [],
      folder: keeper.folder,
      answers: () => Promise.reject(new Error('closed')),
      startMs: 5000,
      guard: keeper.guard,
    });
    await expect(server.start()).rejects.toThrow('nothing ended at its start');
    await keeper.close();
  });
});
