import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import { stopShared, takeClientsSide } from './bench/bed.js';
import { worseThan, type Results } from './bench/comparison.js';
import { isKept, type Figure, type RowResult } from './bench/row.js';
import { rows } from './bench/rows.js';
import { cpuShares, cpuTicks, machineLine } from './machine.js';
import { newestBench, writeResult } from './report.js';

/**
 * `npm run bench [-- --full --only fanout-steady,storm --against FILE --profile FOLDER]`: every row, its figures against their targets, and what became worse by more than 10 % since an earlier result (default:
 * the newest in loadtest/results). Ends with 1 where a row failed; a target that is not kept is told, not a failure: machines differ.
 */
const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    against: { type: 'string' },
    profile: { type: 'string' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const only = values.only.split(',').filter(Boolean);
const unknown = only.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  process.stderr.write(`there is no row ${unknown.join(', ')}; there are ${rows.map(({ name }) => name).join(', ')}\n`);
  process.exit(64);
}
const chosen = rows.filter(({ name, long = false }) => (only.length > 0 ? only.includes(name) : values.full || !long));

interface Kept {
  readonly machine: string;
  readonly results: Results;
}

const read = (path: string | undefined): Kept | undefined =>
  path === undefined ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as Kept);

const toldFigure = (name: string, figure: Figure): string => {
  const kept = isKept(figure);
  const target =
    kept === undefined ? '' : `   ${figure.better === 'less' ? 'at most' : 'at least'} ${figure.target}: ${kept ? 'kept' : 'NOT KEPT'}`;
  return `  ${name}: ${figure.value} ${figure.unit}${target}`;
};

/** After each row: what was measured is not lost with what comes after it. Rows of the same day and machine that are not run now stay as they were. */
function keep(): string {
  const kept = newest?.machine === machineLine() ? newest.results : {};
  return writeResult('bench', { results: { ...kept, ...results } });
}

takeClientsSide();
if (values.profile !== undefined) process.env['PLAZA_BENCH_PROFILE'] = resolve(values.profile);
const newest = read(newestBench());
const before = values.against === undefined ? newest : read(values.against);
const results: Record<string, RowResult> = {};
const failures: string[] = [];
for (const row of chosen) {
  const [startMs, ticks] = [performance.now(), cpuTicks()];
  say(`\n== ${row.name}: ${row.what}`);
  try {
    const result = await row.run((line) => say(`   ${line}`), values.full);
    const busyElsewhere = Number(cpuShares(ticks, cpuTicks()).others.toFixed(2));
    results[row.name] = { ...result, detail: { ...result.detail, takenAt: new Date().toISOString(), busyElsewhere } };
    keep();
    for (const [name, figure] of Object.entries(result.figures)) say(toldFigure(name, figure));
    say(`  ${Math.round((performance.now() - startMs) / 1000)} s; others had ${Math.round(100 * busyElsewhere)} % of the machine`);
  } catch (error) {
    failures.push(row.name);
    say(`  FAILED: ${causeOf(error)}`);
  }
}

await stopShared();
say('');
say(`kept in ${keep()}`);
if (before !== undefined) {
  const worse = worseThan(before.results, results, withoutDate(before.machine) === withoutDate(machineLine()));
  for (const { figure, was, is, byPercent } of worse) say(`worse by ${byPercent} %: ${figure}, ${was} before, ${is} now`);
  if (worse.length === 0) say('nothing is worse by more than 10 % than before');
}
if (failures.length > 0) say(`failed: ${failures.join(', ')}`);
process.exit(failures.length > 0 ? 1 : 0);

function withoutDate(machine: string): string {
  return machine.slice(0, machine.lastIndexOf(','));
}
