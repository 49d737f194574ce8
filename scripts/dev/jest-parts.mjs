import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './run.mjs';

/** Real engines and browsers share two cores badly: one file at a time; and a connection left open there must not hold up the run. A slow machine takes 26 minutes for the engines. */
const settings = {
  fast: { args: ['-w', '2'], limitMs: 10 * 60_000 },
  engines: { args: ['-w', '1', '--forceExit'], limitMs: 45 * 60_000 },
  browser: { args: ['-w', '1', '--forceExit'], limitMs: 5 * 60_000 },
};
export const parts = Object.keys(settings);

/** Runs one part of the tests; a run that ends without its counts, or badly with nothing failed, counts as one failure. */
export function runPart(part, args, leftOut = []) {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-counts-'));
  const file = join(folder, 'counts.json');
  const { args: own, limitMs } = settings[part];
  const jest = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--passWithNoTests'];
  const env = { ...process.env, PLAZA_TESTS: part, PLAZA_TEST_COUNTS: file, PLAZA_TESTS_LEFT_OUT: leftOut.join(',') };
  process.stdout.write(`\n== ${part} tests\n`);
  const result = spawnSync(process.execPath, [...jest, ...own, ...args], { cwd: root, stdio: 'inherit', env, timeout: limitMs });
  if (result.error !== undefined)
    process.stdout.write(`\n${part} tests: ${result.error.message}; they may take ${limitMs / 60_000} minutes\n`);
  const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: result.status === 0 ? 0 : 1, skipped: 0 };
  rmSync(folder, { recursive: true, force: true });
  return result.status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

export const sumOf = (all) =>
  all.reduce((sum, each) => ({ passed: sum.passed + each.passed, failed: sum.failed + each.failed, skipped: sum.skipped + each.skipped }), {
    passed: 0,
    failed: 0,
    skipped: 0,
  });

export const summaryLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
