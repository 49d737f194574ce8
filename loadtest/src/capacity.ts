import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import type { Results } from './bench/comparison.js';
import { costsOf } from './capacity/measured.js';
import { planFor, type Costs, type Crowd } from './capacity/model.js';
import { docLines, planLines } from './capacity/shown.js';
import { newestBench } from './report.js';

/**
 * `npm run capacity -- --viewers 1000000 --rooms 1 --rate 50 [--bytes 200 --joins 10000 --lag 250 --from FILE --json]`: what a crowd needs, by the formulae of docs/capacity.md and the
 * figures of a result of `npm run bench` (default: the newest in loadtest/results).
 */
const { values } = parseArgs({
  options: {
    viewers: { type: 'string' },
    rooms: { type: 'string', default: '1' },
    rate: { type: 'string' },
    bytes: { type: 'string', default: '200' },
    joins: { type: 'string', default: '0' },
    lag: { type: 'string', default: '250' },
    from: { type: 'string' },
    json: { type: 'boolean', default: false },
    'write-doc': { type: 'boolean', default: false },
  },
});

const docFile = fileURLToPath(new URL('../../docs/capacity.md', import.meta.url));

function positive(name: 'viewers' | 'rooms' | 'rate' | 'bytes' | 'joins' | 'lag', least: number): number {
  const value = Number(values[name] ?? Number.NaN);
  if (Number.isFinite(value) && value >= least) return value;
  throw new RangeError(`--${name} has to be a number of at least ${least}; it is ${values[name] ?? 'missing'}`);
}

function measured(): { machine: string; costs: Costs } {
  const file = values.from ?? newestBench();
  if (file === undefined) throw new Error('there is no result of npm run bench yet');
  const { machine, results } = JSON.parse(readFileSync(file, 'utf8')) as { machine: string; results: Results };
  return { machine, costs: costsOf(results) };
}

/** Between the marks of docs/capacity.md. */
function writeDoc(): void {
  const [begin, end] = ['<!-- Written by `npm run capacity -- --write-doc`, up to the end mark. -->', '<!-- End of what is written. -->'];
  const doc = readFileSync(docFile, 'utf8');
  const { machine, costs } = measured();
  const written = [begin, '', ...docLines(costs, machine), '', end].join('\n');
  writeFileSync(docFile, doc.slice(0, doc.indexOf(begin)) + written + doc.slice(doc.indexOf(end) + end.length));
}

function writePlan(): void {
  const crowd: Crowd = {
    viewers: positive('viewers', 1),
    rooms: positive('rooms', 1),
    messagesASecondARoom: positive('rate', 0.001),
    messageBytes: positive('bytes', 1),
    joinsASecond: positive('joins', 0),
    lagMs: positive('lag', 40),
  };
  const { machine, costs } = measured();
  const plan = planFor(crowd, costs);
  if (values.json) process.stdout.write(`${JSON.stringify({ crowd, plan, machine }, null, 2)}\n`);
  else for (const line of [...planLines(plan), `by the figures of: ${machine}`]) process.stdout.write(`${line}\n`);
}

try {
  if (values['write-doc']) writeDoc();
  else writePlan();
} catch (error) {
  process.stderr.write(`${causeOf(error)}\n`);
  process.exitCode = 64;
}
