import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineLine } from './machine.js';

const resultsFolder = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes NAME-DATE.json, with the machine on which it was taken; by default to loadtest/results. Answers where. */
export function writeResult(name: string, result: object, folder = resultsFolder): string {
  mkdirSync(folder, { recursive: true });
  const file = `${name}-${new Date().toISOString().slice(0, 10)}.json`;
  writeFileSync(join(folder, file), `${JSON.stringify({ machine: machineLine(), ...result }, null, 2)}\n`);
  return relative(process.cwd(), join(folder, file));
}

/** The same, and says so. */
export function keepResult(name: string, result: object, folder?: string): void {
  const file = writeResult(name, result, folder);
  process.stdout.write(`machine: ${machineLine()}\nkept in ${file}\n`);
}

/** The newest result of `npm run bench`; undefined: there is none. */
export function newestBench(): string | undefined {
  if (!existsSync(resultsFolder)) return undefined;
  const names = readdirSync(resultsFolder).filter((name) => /^bench-\d{4}-\d\d-\d\d\.json$/.test(name));
  const newest = names.sort().at(-1);
  return newest === undefined ? undefined : join(resultsFolder, newest);
}
