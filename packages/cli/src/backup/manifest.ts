import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Misused } from '../command.js';
import type { StreamCopy } from './copy.js';
import type { ShardBegin } from './engines.js';
import type { StoredFile } from './files.js';

export const manifestName = 'manifest.json';
export const keptName = 'redis.ndjson';
export const logName = (stream: number): string => `log-${stream}.snapshot`;
/** Where the script that saves Cassandra puts it. */
export const cassandraName = 'cassandra';
/** Of what a manifest says, and how. */
const format = 1;

/** What a backup is. Written last: a folder without it is none. */
export interface Manifest {
  readonly format: number;
  /** Redis was read, then Cassandra was saved, then the log: so nothing knows of a record that the log of the backup does not have. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly shards: number;
  readonly streams: number;
  readonly versions: { readonly nats: string; readonly redis: string };
  readonly log: readonly SavedStream[];
  readonly redis: { readonly apiKeys: number; readonly webhooks: number };
  /** Whether Cassandra was saved by the script; false: without it. */
  readonly cassandra: boolean;
  /** Everything else in the folder. */
  readonly files: readonly StoredFile[];
}

export interface SavedStream {
  readonly stream: number;
  readonly copy: StreamCopy;
  readonly begins: readonly ShardBegin[];
}

/** Of the log. */
export const recordsIn = ({ log }: Manifest): number => log.reduce((sum, { copy }) => sum + copy.state.messages, 0);

export const newManifest = (parts: Omit<Manifest, 'format'>): Manifest => ({ format, ...parts });

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const partial = join(folder, `${manifestName}.partial`);
  const handle = await open(partial, 'wx', 0o600);
  try {
    await handle.write(`${JSON.stringify(manifest, undefined, 1)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, join(folder, manifestName));
}

/** Throws Misused where there is none, or one of a version that this one does not know. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Misused(`${folder} has no ${manifestName}: it is no backup, or one that was not finished`);
  const found = parsed(text);
  if (found?.format !== format) throw new Misused(`${join(folder, manifestName)} is of no format that this version knows (${format})`);
  return found;
}

function parsed(text: string): Manifest | undefined {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return undefined;
  }
}
