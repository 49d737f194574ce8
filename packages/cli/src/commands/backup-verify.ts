import { resolve } from 'node:path';
import { differences, filesBelow, hashed } from '../backup/files.js';
import { manifestName, readManifest, recordsIn, type Manifest } from '../backup/manifest.js';
import { needed, type Command, type Hands } from '../command.js';

export const verifyBackup: Command = {
  line: 'backup verify',
  summary: 'reads a backup and compares it with its manifest; asks no engine',
  scopes: '',
  options: { from: { type: 'string', about: 'its folder' } },
  async run(given, hands) {
    const folder = resolve(needed(given, 'from'));
    const manifest = await readManifest(folder);
    const wrong = await wrongIn(folder, manifest, hands);
    const { startedMs, endedMs, redis, cassandra, files } = manifest;
    const ok = wrong.length === 0;
    const words = `of ${new Date(startedMs).toISOString()} to ${new Date(endedMs).toISOString()}, ${files.length} files`;
    const text = ok ? `${folder}: OK, ${words}\n` : `${folder}: ${words}; wrong:\n${wrong.map((line) => `  ${line}\n`).join('')}`;
    const records = recordsIn(manifest);
    return { text, json: { ok, folder, startedMs, endedMs, records, ...redis, cassandra, files: files.length, wrong }, ok };
  },
};

/** In words; files that came later are nobody's business. */
export async function wrongIn(folder: string, { files }: Manifest, { progress }: Hands): Promise<string[]> {
  const known = new Set(files.map(({ path }) => path));
  const found = (await filesBelow(folder)).filter(({ path }) => path !== manifestName && known.has(path));
  const bar = progress(
    'reading',
    found.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  try {
    return differences(files, await hashed(folder, found, bar));
  } finally {
    bar.end();
  }
}
