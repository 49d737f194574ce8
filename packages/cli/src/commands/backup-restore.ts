import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { copyChunkBytes } from '../backup/copy.js';
import { contradictions } from '../backup/contradictions.js';
import type { KeptKey, KeptKeys, LogCopies, TablePlaces } from '../backup/engines.js';
import { keptName, logName, readManifest, recordsIn, type Manifest, type SavedStream } from '../backup/manifest.js';
import { Misused, needed, type Command, type Given, type Hands } from '../command.js';
import { wrongIn } from './backup-verify.js';

/** The log keeps its records for so much longer than they would have had left: until services run, and look after its age. */
const untilServicesRunMs = 24 * 3600 * 1000;

export const restoreBackup: Command = {
  line: 'backup restore',
  summary: 'puts the log and the keys of a backup into empty engines, beside a Cassandra that was restored before',
  scopes: '',
  options: {
    from: { type: 'string', about: 'the folder of the backup' },
    'without-cassandra': { type: 'boolean', about: 'Cassandra is empty: no history, no audit log, no closed figures' },
  },
  async run(given, hands) {
    const folder = resolve(needed(given, 'from'));
    const manifest = await readManifest(folder);
    const wrong = await wrongIn(folder, manifest, hands);
    if (wrong.length > 0) throw new Misused(`the backup is not what it was: ${wrong.slice(0, 5).join('; ')}`);
    const missing = await checkTables(given, manifest, hands);
    const kept = await hands.engines.kept();
    const log = await hands.engines.log().catch(async (error: unknown) => {
      await kept.close();
      throw error;
    });
    try {
      await checkTargets(manifest, log, kept);
      await hands.agree(whatHappens(manifest, missing));
      const records = await restoreLog(folder, manifest, log, hands);
      const keys = await keptIn(folder);
      await kept.write(keys);
      return { text: textOf(manifest, records, keys), json: { folder, records, ...manifest.redis, missing } };
    } finally {
      await Promise.all([kept.close(), log.close()]);
    }
  },
};

const none: TablePlaces = { readers: [], snapshots: [] };

/** Whether Cassandra is one for this log; resolves with what will be missing. */
async function checkTables({ options }: Given, manifest: Manifest, { engines }: Hands): Promise<readonly string[]> {
  const without = options['without-cassandra'] === true;
  const tables = await engines.tables();
  try {
    const places = await tables.places();
    if (places === undefined && !without)
      throw new Misused(`the keyspace ${tables.keyspace} has no tables: restore Cassandra first, or say --without-cassandra`);
    if (places !== undefined && without) throw new Misused(`the keyspace ${tables.keyspace} has tables: leave --without-cassandra away`);
    if (places?.readers.length === 0 && manifest.cassandra)
      throw new Misused(`the tables of the keyspace ${tables.keyspace} are empty: import the files of the backup first`);
    const { wrong, missing } = contradictions(manifest, places ?? none);
    if (wrong.length > 0) throw new Misused(`log and Cassandra do not belong together:\n  ${wrong.slice(0, 20).join('\n  ')}`);
    return missing;
  } finally {
    await tables.close();
  }
}

async function checkTargets({ shards, streams }: Manifest, log: LogCopies, kept: KeptKeys): Promise<void> {
  if (log.shards !== shards || log.streams !== streams)
    throw new Misused(`the backup is of ${shards} shards in ${streams} streams: set PLAZA_SHARDS and PLAZA_STREAMS to that`);
  const there = await log.existing();
  if (there.length > 0) throw new Misused(`the log is not empty: LOG-${there.join(', LOG-')} exist; nothing is written over`);
  if (!(await kept.empty())) throw new Misused('Redis is not empty: it has keys plaza:*; nothing is written over');
}

function whatHappens(manifest: Manifest, missing: readonly string[]): string {
  const { startedMs, endedMs, streams, redis } = manifest;
  const gone = missing.map((line) => `\nWill be missing: ${line}.`).join('');
  return `${streams} streams with ${recordsIn(manifest)} records, ${redis.apiKeys} API keys and ${redis.webhooks} webhooks are put into these engines. Whatever was accepted after ${new Date(startedMs).toISOString()} may not be in it; after ${new Date(endedMs).toISOString()}, nothing is.${gone}`;
}

/** All streams or none; then each is read to its end, and its chains are proved. */
async function restoreLog(folder: string, { log: saved, endedMs }: Manifest, log: LogCopies, { progress }: Hands): Promise<number> {
  const made: number[] = [];
  const bar = progress('the log is restored', 2 * saved.length);
  try {
    for (const { stream, copy } of saved) {
      bar.at(made.length);
      made.push(stream);
      const pieces = createReadStream(join(folder, logName(stream)), { highWaterMark: copyChunkBytes });
      await log.restore(copy, Math.max(0, Date.now() - endedMs) + untilServicesRunMs, pieces);
    }
    let records = 0;
    for (const [number, one] of saved.entries()) {
      bar.at(saved.length + number);
      records += await proved(one, log);
    }
    return records;
  } catch (error) {
    for (const stream of made) await log.remove(stream).catch(() => undefined);
    throw error;
  } finally {
    bar.end();
  }
}

async function proved({ stream, copy: { state } }: SavedStream, log: LogCopies): Promise<number> {
  if (state.messages === 0) return 0;
  const { records, last } = await log.walk(stream, () => undefined);
  if (records >= state.messages && last >= state.last_seq) return records;
  throw new Error(`stream ${stream} has ${records} records up to ${last}, and had ${state.messages} up to ${state.last_seq}`);
}

async function keptIn(folder: string): Promise<KeptKey[]> {
  const text = await readFile(join(folder, keptName), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KeptKey);
}

function textOf({ endedMs }: Manifest, records: number, keys: readonly KeptKey[]): string {
  const names = keys.filter(({ key }) => key === 'plaza:api-keys').map(({ value }) => (JSON.parse(value) as { name: string }).name);
  const valid =
    names.length === 0
      ? ''
      : `API keys that are valid again: ${names.join(', ')}. Delete those that were taken back after ${new Date(endedMs).toISOString()}.\n`;
  return `${records} records, chains whole\n${valid}`;
}
