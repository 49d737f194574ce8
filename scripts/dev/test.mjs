import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { parts, runPart, summaryLine, sumOf } from './jest-parts.mjs';
import { engineTests, neededEngines } from './needed-engines.mjs';
import { root } from './run.mjs';

/**
 * All tests in parts, fast ones first, and one plain line at the end. Engines are made ready before; the files of those that cannot be had are
 * left out by name, which under CI is a failure. `PLAZA_TESTS` picks one part, further arguments go to jest. Resolves with the exit code.
 */
export async function test(args) {
  const wanted = process.env.PLAZA_TESTS && process.env.PLAZA_TESTS !== 'all' ? [process.env.PLAZA_TESTS] : parts;
  const missing = wanted.some((part) => part !== 'fast') ? await missingEngines() : [];
  const leftOut = engineTests().filter((path) => neededEngines(path).some((name) => missing.includes(name)));
  const counts = sumOf(wanted.map((part) => runPart(part, args, leftOut)));
  for (const path of leftOut) process.stdout.write(`left out: ${path}\n`);
  if (process.env.CI === 'true') counts.failed += missing.length;
  process.stdout.write(`\n${summaryLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}

async function missingEngines() {
  const { prepareEngines } = await import(pathToFileURL(join(root, 'packages/testkit/dist/engines.js')).href);
  process.stdout.write('engines:\n');
  const findings = await prepareEngines();
  for (const { name, found, missing } of findings) process.stdout.write(`  ${name.padEnd(10)} ${found ?? `MISSING: ${missing}`}\n`);
  return findings.filter(({ found }) => found === undefined).map(({ name }) => name);
}
