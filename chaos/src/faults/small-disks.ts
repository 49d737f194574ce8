import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { causeOf } from '@plaza/kit';

const sizeMb = 128;
const fillBytes = 4 * 1024 * 1024;

/** A tmpfs for each nats-server, to be filled to the last byte. Only root can make one. */
export class SmallDisks {
  readonly #mounted: string[] = [];

  constructor(private readonly folder: string) {}

  /** Why there can be none here; undefined: there can. */
  static hindrance(): string | undefined {
    if (process.platform !== 'linux') return 'a tmpfs is mounted on Linux only';
    if (process.getuid?.() !== 0) return 'only root may mount a tmpfs';
    const folder = mkdtempSync(join(tmpdir(), 'plaza-chaos-disk-'));
    try {
      mount(folder, 1);
      execFileSync('umount', [folder]);
      return undefined;
    } catch (error) {
      // Root of a container that may not.
      return `no tmpfs can be mounted here: ${causeOf(error)}`;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** The folder of a server's disk, mounted at the first asking. */
  readonly of = (server: string): string => {
    const folder = join(this.folder, server);
    if (!this.#mounted.includes(folder)) {
      mkdirSync(folder, { recursive: true });
      mount(folder, sizeMb);
      this.#mounted.push(folder);
    }
    return folder;
  };

  fill(server: string): void {
    const file = openSync(this.#filler(server), 'a');
    try {
      for (let bytes = fillBytes; bytes >= 1;) bytes = wrote(file, bytes) ? bytes : Math.floor(bytes / 2);
    } finally {
      closeSync(file);
    }
  }

  free(server: string): void {
    rmSync(this.#filler(server), { force: true });
  }

  unmount(): void {
    for (const folder of this.#mounted.splice(0)) execFileSync('umount', ['-l', folder]);
  }

  #filler(server: string): string {
    return join(this.of(server), 'filler');
  }
}

function mount(folder: string, mb: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mb}m`, 'plaza-chaos', folder], { stdio: 'pipe' });
}

function wrote(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
