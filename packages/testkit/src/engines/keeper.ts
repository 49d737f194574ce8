import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Guard } from './server-process.js';

const script = fileURLToPath(new URL('../../keeper.sh', import.meta.url));

/** Writes the processes of a keeper's folder down, one empty file each. */
export const guardOf = (folder: string): Guard => ({
  keep: (pid) => writeFileSync(join(folder, 'pids', String(pid)), ''),
  forget: (pid) => rmSync(join(folder, 'pids', String(pid)), { force: true }),
});

/** Sees to it that nothing outlives this process, however it ends: a small shell ends what it was told of when its pipe from us closes. */
export class Keeper {
  /** Not in the folder of a test run: that one's keeper would remove the list before this one has read it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'plaza-engine-'));
  readonly guard = guardOf(this.folder);
  readonly #shell: ChildProcess;
  readonly #ended: Promise<void>;

  constructor() {
    mkdirSync(join(this.folder, 'pids'));
    this.#shell = spawn('sh', [script, this.folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#ended = new Promise((resolve) => this.#shell.once('exit', () => resolve()));
    this.#shell.unref();
    (this.#shell.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }

  /** Ends what is left and removes the folder; resolves when that is done. */
  close(): Promise<void> {
    this.#shell.ref();
    this.#shell.stdin?.end();
    return this.#ended;
  }
}
