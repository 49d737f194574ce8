/**
 * The folder of one jest run: temporary folders and engines that its test files share live in it. A small shell waits on a pipe from this
 * process; when the pipe closes - at the end of the run, or because the run was killed - it ends what the folder names and removes it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tidy = fileURLToPath(new URL('../packages/testkit/keeper.sh', import.meta.url));

export default async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-run-'));
  mkdirSync(join(folder, 'pids'));
  const keeper = spawn('sh', [tidy, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  keeper.unref();
  keeper.stdin.unref?.();
  process.env.PLAZA_TEST_RUN = folder;
  globalThis.plazaRunKeeper = keeper;
}

export async function tearDown() {
  const keeper = globalThis.plazaRunKeeper;
  if (!keeper) return;
  const ended = new Promise((resolve) => keeper.once('exit', resolve));
  keeper.ref();
  keeper.stdin.end();
  await ended;
}
