import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './run.mjs';

const skipped = new Set(['node_modules', 'dist', '.git', 'data', 'cluster-data', 'artifacts', 'coverage']);

/** The files below a folder (or the file itself) whose path `wanted` takes, sorted, relative to the root. */
export function filesBelow(path, wanted = () => true) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return wanted(path) ? [path] : [];
  return readdirSync(full, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(`${path}/${entry.name}`, wanted) : wanted(`${path}/${entry.name}`) ? [`${path}/${entry.name}`] : [],
    )
    .sort();
}

/** By what the files hold. */
export function hashOfContents(files, ...more) {
  const hash = createHash('sha256').update(JSON.stringify(more));
  for (const file of files) hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** By size and time of change: quick enough for every start. */
export function hashOfTimes(files, ...more) {
  const hash = createHash('sha256').update(JSON.stringify(more));
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`\n${file} ${size} ${mtimeMs}`);
  }
  return hash.digest('hex');
}

/** Does `work` unless it was done for this fingerprint; the mark is written only after it succeeded. */
export function unlessDone(mark, fingerprint, work) {
  const file = join(root, mark);
  if (existsSync(file) && readFileSync(file, 'utf8') === fingerprint) return;
  work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, fingerprint);
}
