import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { causeOf } from '@plaza/kit';
import { Misused } from '../command.js';
import type { Progress } from '../progress.js';

export interface StoredFile {
  /** Below the backup's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** For its owner only: there are hashes of keys in it, and what people said. */
export async function emptyFolder(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Misused(`${folder} cannot be used: ${causeOf(error)}`);
  });
  if (there.length > 0) throw new Misused(`${folder} is not empty`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** All files of a folder by their paths, those in folders below it, too. */
export async function filesBelow(folder: string): Promise<{ path: string; bytes: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(
    paths.map(async (path) => ({ path: relative(folder, path).replaceAll(sep, '/'), bytes: (await stat(path)).size })),
  );
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Reads all of them once. `bar` is told of bytes. */
export async function hashed(folder: string, files: readonly { path: string; bytes: number }[], bar: Progress): Promise<StoredFile[]> {
  const all: StoredFile[] = [];
  let before = 0;
  for (const { path } of files) {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of createReadStream(join(folder, path))) {
      hash.update(piece as Buffer);
      bytes += (piece as Buffer).length;
      bar.at(before + bytes);
    }
    before += bytes;
    all.push({ path, bytes, sha256: hash.digest('hex') });
  }
  return all;
}

/** In words, what is not as it was stored. */
export function differences(stored: readonly StoredFile[], found: readonly StoredFile[]): string[] {
  const now = new Map(found.map((file) => [file.path, file]));
  return stored.flatMap(({ path, bytes, sha256 }) => {
    const file = now.get(path);
    if (file === undefined) return [`${path} is missing`];
    if (file.bytes !== bytes) return [`${path} has ${file.bytes} bytes instead of ${bytes}`];
    return file.sha256 === sha256 ? [] : [`${path} has other bytes than were stored`];
  });
}
