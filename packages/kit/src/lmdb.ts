import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';

export type { Database, RootDatabase } from 'lmdb';

/**
 * The embedded store of one data folder. Binary keys and values throughout; open sub-databases with the same encodings. A put is committed and
 * visible when its promise resolves; `flushed` means on disk. Local disks only.
 */
export function openStore(folder: string): RootDatabase<Buffer, Buffer> {
  mkdirSync(folder, { recursive: true });
  // maxDbs: the default stops at 12.
  return open<Buffer, Buffer>({ path: folder, maxDbs: 64, encoding: 'binary', keyEncoding: 'binary' });
}
