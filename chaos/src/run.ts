/**
 * `npm run chaos [-- --seed N --minutes M --faults a,b --alone --rooms N --sockets N --rate N --hot-share X --out DIR --previous COMMIT --plan --write-report]`:
 * a cluster, a swarm, faults, and the verdict. Exit code 0: nothing to complain of; 1: violations or troubles; 64: it was asked wrongly.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { causeOf } from '@plaza/kit';
import { planOf, stepText } from './faults/plan.js';
import { judge } from './oracle/judge.js';
import { reportText, stepFigures, tableOf, verdictText } from './report.js';
import { withReport } from './report-file.js';
import { readOptions, type RunOptions } from './run-options.js';
import { possibleFaults, runSuite } from './suite.js';
import { Timeline } from './timeline.js';

const reportFile = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));

async function run(options: RunOptions, command: string): Promise<number> {
  const { say } = new Timeline(options.folder);
  const asked = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => asked.abort(new Error(`${name}: the run was ended`)));
  say(`seed ${options.seed}; everything of this run is in ${options.folder}`);
  // Neither children nor proxies hold the event loop.
  const hold = setInterval(() => undefined, 60_000);
  try {
    const { records, readers, results, engines, skipped } = await runSuite(options, say, asked.signal);
    const verdict = judge(records, readers);
    const figures = results.map((result) => stepFigures(records, result));
    const troubles = results.flatMap(({ title, troubles: some }) => some.map((trouble) => `${title}: ${trouble}`));
    const date = new Date().toISOString().slice(0, 10);
    const report = reportText({ options, command, date, engines, figures, troubles, skipped, verdict });
    writeFileSync(join(options.folder, 'faults.md'), report);
    writeFileSync(join(options.folder, 'verdict.json'), JSON.stringify(verdict, undefined, 1));
    if (options.writeReport) writeFileSync(reportFile, withReport(readFileSync(reportFile, 'utf8'), report));
    say(`what clients felt:\n${tableOf(figures)}`);
    say(`verdict:\n${verdictText(verdict)}`);
    const violations = verdict.rules.reduce((sum, rule) => sum + rule.violations, 0);
    say(
      `CHAOS seed ${options.seed}: ${results.length - 1} steps, ${violations} violations, ${troubles.length} troubles; ${options.folder}`,
    );
    return violations + troubles.length > 0 ? 1 : 0;
  } finally {
    clearInterval(hold);
  }
}

/** As anybody else would type it: where this machine puts things is left out. */
const commandOf = (args: readonly string[]): string =>
  ['npm run chaos --', ...args.filter((arg, index) => arg !== '--out' && args[index - 1] !== '--out')].join(' ');

try {
  const args = process.argv.slice(2);
  const options = readOptions(args, Date.now());
  if (options.planOnly)
    for (const step of planOf(options.seed, options.minutes, possibleFaults(options).faults, options.alone))
      process.stdout.write(`${stepText(step)}\n`);
  else process.exitCode = await run(options, commandOf(args));
} catch (error) {
  process.stderr.write(`the fault suite does not get to its end: ${causeOf(error)}\n`);
  // The swarm of a run that broke off would go on.
  process.exit(1);
}
