import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineLine } from './machine.js';

export const resultsFolder = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes loadtest/results/NAME-DATE.json, with the machine on which it was taken, and says so. */
export function keepResult(name: string, result: object): void {
  mkdirSync(resultsFolder, { recursive: true });
  const file = `${name}-${new Date().toISOString().slice(0, 10)}.json`;
  writeFileSync(join(resultsFolder, file), `${JSON.stringify({ machine: machineLine(), ...result }, null, 2)}\n`);
  process.stdout.write(`machine: ${machineLine()}\nkept in loadtest/results/${file}\n`);
}
