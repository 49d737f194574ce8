import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { KeptKey, LogCopies } from '../backup/engines.js';
import { emptyFolder, filesBelow, hashed } from '../backup/files.js';
import {
  cassandraName,
  keptName,
  logName,
  newManifest,
  recordsIn,
  writeManifest,
  type Manifest,
  type SavedStream,
} from '../backup/manifest.js';
import { Misused, needed, type Command, type Given, type Hands } from '../command.js';

export const createBackup: Command = {
  line: 'backup create',
  summary: 'saves a running cluster into a folder: keys and webhooks of Redis, Cassandra by a script of yours, then the log',
  scopes: '',
  options: {
    to: { type: 'string', about: 'a folder that is empty, or not there' },
    cassandra: { type: 'string', about: `a shell command that saves Cassandra into $PLAZA_BACKUP_CASSANDRA` },
    'without-cassandra': { type: 'boolean', about: 'only Redis and the log' },
  },
  async run(given, hands) {
    const folder = resolve(needed(given, 'to'));
    const script = scriptOf(given);
    const kept = await hands.engines.kept();
    const log = await hands.engines.log().catch(async (error: unknown) => {
      await kept.close();
      throw error;
    });
    try {
      await allStreams(log);
      await emptyFolder(folder);
      const startedMs = Date.now();
      // In this order: nothing that is saved may know of records that the log of the backup lacks.
      const before = await kept.read();
      if (script !== undefined) await saveCassandra(script, folder, hands);
      const saved = await saveLog(log, folder, hands);
      const keys = stillThere(before, await kept.read());
      await writeLines(join(folder, keptName), keys);
      const files = await hash(folder, hands);
      const manifest = newManifest({
        ...{ startedMs, endedMs: Date.now(), shards: log.shards, streams: log.streams },
        versions: { nats: log.version, redis: kept.version },
        ...{ log: saved, redis: countsOf(keys), cassandra: script !== undefined, files },
      });
      await writeManifest(folder, manifest);
      return { text: textOf(folder, manifest), json: { folder, ...manifest } };
    } finally {
      await Promise.all([kept.close(), log.close()]);
    }
  },
};

function scriptOf({ options }: Given): string | undefined {
  const script = options['cassandra'];
  const without = options['without-cassandra'] === true;
  if (typeof script === 'string' && script !== '' && !without) return script;
  if (script === undefined && without) return undefined;
  throw new Misused('expected --cassandra <command> or --without-cassandra');
}

async function saveCassandra(script: string, folder: string, { shell }: Hands): Promise<void> {
  const into = join(folder, cassandraName);
  await mkdir(into, { mode: 0o700 });
  await shell(script, { PLAZA_BACKUP_CASSANDRA: into });
  if ((await filesBelow(into)).length === 0) throw new Misused('the script for Cassandra left nothing in $PLAZA_BACKUP_CASSANDRA');
}

async function allStreams(log: LogCopies): Promise<void> {
  const found = await log.existing();
  const expected = Array.from({ length: log.streams }, (_, stream) => stream);
  if (found.join() === expected.join()) return;
  const there = found.length === 0 ? 'none' : found.join(', ');
  throw new Misused(`PLAZA_STREAMS says ${log.streams} streams of the log, and of LOG-<k> there are: ${there}`);
}

/** A stream after the other; where each shard begins is asked behind it: what ages out meanwhile makes it later, never earlier. */
async function saveLog(log: LogCopies, folder: string, { progress }: Hands): Promise<SavedStream[]> {
  const saved: SavedStream[] = [];
  const bar = progress('the log is saved', log.streams);
  try {
    for (let stream = 0; stream < log.streams; stream++) {
      bar.at(stream);
      const handle = await open(join(folder, logName(stream)), 'wx', 0o600);
      try {
        const copy = await log.save(stream, async (piece) => {
          await handle.write(piece);
        });
        await handle.sync();
        saved.push({ stream, copy, begins: await log.begins(stream) });
      } finally {
        await handle.close();
      }
    }
    return saved;
  } finally {
    bar.end();
  }
}

/** What was taken back while the backup was made does not come back with it. Values are those from before the log. */
export function stillThere(before: readonly KeptKey[], after: readonly KeptKey[]): KeptKey[] {
  const nameOf = ({ key, field }: KeptKey): string => JSON.stringify([key, field]);
  const there = new Set(after.map(nameOf));
  return before.filter((kept) => there.has(nameOf(kept)));
}

async function writeLines(file: string, lines: readonly object[]): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function hash(folder: string, { progress }: Hands): Promise<Manifest['files']> {
  const files = await filesBelow(folder);
  const bar = progress(
    'checksums',
    files.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  try {
    return await hashed(folder, files, bar);
  } finally {
    bar.end();
  }
}

const countsOf = (keys: readonly KeptKey[]): Manifest['redis'] => ({
  apiKeys: keys.filter(({ key }) => key === 'plaza:api-keys').length,
  webhooks: keys.filter(({ key }) => key.endsWith(':endpoints')).length,
});

function textOf(folder: string, manifest: Manifest): string {
  const { redis, cassandra, files } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const with_ = cassandra ? 'Cassandra' : 'nothing of Cassandra';
  return `${folder}: ${recordsIn(manifest)} records of the log, ${redis.apiKeys} API keys, ${redis.webhooks} webhooks, ${with_}; ${files.length} files, ${bytes} bytes\n`;
}
