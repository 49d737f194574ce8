import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { causeOf } from '@plaza/kit';
import { k6Path } from '@plaza/testkit/engines';
import type { Results } from '../bench/comparison.js';
import { costsOf } from '../capacity/measured.js';
import type { Costs } from '../capacity/model.js';
import { ownCluster, type OwnCluster } from '../k6/own-cluster.js';
import { saysYes, wrongWith } from '../k6/target-check.js';
import { machineLine } from '../machine.js';
import { newestBench } from '../report.js';
import { rehearseOptions, usage, type RehearseOptions } from './options.js';
import { verdictPage } from './page.js';
import type { Rehearsal, Sample } from './rehearsal.js';
import { rehearse, type Stage } from './rehearse.js';
import { verdictOf, type Verdict } from './verdict.js';

/** `npm run rehearse -- --viewers 5000 --rate 30 ...`: a crowd on a cluster, an edge and a holder killed in the middle, a verdict; see `usage`. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const awayMs = 15_000;
const codes = { fits: 0, 'does not fit': 1, 'not known': 2 } as const;

function costs(): Costs {
  const file = newestBench();
  if (file === undefined) throw new Error('there is no result of npm run bench, by which the formulae reckon');
  return costsOf((JSON.parse(readFileSync(file, 'utf8')) as { results: Results }).results);
}

type Kill = Stage['kills'][number];

/** Ends a process without a word and starts it again later, as an orchestrator would. */
const killOwn =
  ({ cluster }: OwnCluster, pick: (samples: readonly Sample[]) => string): Kill =>
  async (samples, mark) => {
    const id = pick(samples);
    const found = cluster.processes.find((process) => process.id === id);
    if (found === undefined) throw new Error(`the cluster has no ${id}`);
    await found.kill();
    mark(`${id} is killed`);
    await pause(awayMs);
    await found.start();
    mark(`${id} is back`);
  };

/** The holder that did most: the one that has the room. */
const busiestHolder = (samples: readonly Sample[]): string => {
  const holders = Object.entries(samples.at(-1)?.cpu ?? {}).filter(([id]) => id.startsWith('room-state'));
  return holders.sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'room-state-1';
};

const killByCommand = (what: string, command: string | undefined): Kill[] =>
  command === undefined
    ? []
    : [
        async (_, mark) => {
          const [code] = (await once(spawn(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] }), 'exit')) as [number | null];
          if (code !== 0) throw new Error(`${command} ended with ${code}`);
          mark(`${what} is killed`);
        },
      ];

async function onOwn(options: RehearseOptions, run: (stage: Stage) => Promise<Rehearsal>): Promise<Rehearsal> {
  const { edges, holders } = options.own;
  tell(`starting a cluster: ${edges} edges, ${holders} room-state processes, real engines`);
  const own = await ownCluster({ edges, holders, onProgress: (line) => tell(`  ${line}`) });
  try {
    const { connectUrls, ready, processes } = own.cluster;
    const kills = options.kills ? [killOwn(own, () => 'edge-1'), killOwn(own, busiestHolder)] : [];
    return await run({ urls: connectUrls, api: ready.api, key: ready.apiKey, tokenSecret: own.tokenSecret, processes, kills });
  } finally {
    tell('stopping the cluster');
    await own.cluster.stop();
  }
}

/** Undefined: the target is not there, or nobody said yes. */
async function onNamed(
  { target, asked, killEdge, killHolder, yes }: RehearseOptions,
  run: (stage: Stage) => Promise<Rehearsal>,
): Promise<Rehearsal | undefined> {
  if (target === undefined) return undefined;
  const wrong = await wrongWith(target);
  wrong.forEach(tell);
  if (wrong.length > 0) return undefined;
  const harm = [killEdge, killHolder].flatMap((command) => (command === undefined ? [] : [`in the middle this is run: ${command}`]));
  const question = [`${asked.viewers} sockets come to ${target.urls.join(', ')}, ${asked.joinRate} a second`, ...harm].join('; ');
  if (!yes && !(await saysYes(`${question}. Go on?`))) return undefined;
  return run({ ...target, processes: [], kills: [...killByCommand('an edge', killEdge), ...killByCommand('a holder', killHolder)] });
}

function keep(run: Rehearsal, verdict: Verdict, out: string): string {
  mkdirSync(resolve(out), { recursive: true });
  const page = join(resolve(out), 'verdict.html');
  writeFileSync(page, verdictPage(run, verdict, machineLine()));
  writeFileSync(join(resolve(out), 'verdict.json'), `${JSON.stringify({ machine: machineLine(), verdict, run }, null, 2)}\n`);
  return page;
}

async function main(options: RehearseOptions): Promise<number> {
  const { asked, mixViewers, out } = options;
  const known = costs();
  const k6 = mixViewers === 0 ? undefined : await k6Path();
  const run = (stage: Stage): Promise<Rehearsal> => rehearse(stage, { asked, mixViewers, k6, out, tell });
  const done = await (options.target === undefined ? onOwn(options, run) : onNamed(options, run));
  if (done === undefined) return 64;
  const verdict = verdictOf(done, known);
  for (const { name, ok, promised, measured } of verdict.limits) tell(`${ok ? 'kept    ' : 'NOT KEPT'}  ${name}: ${promised}: ${measured}`);
  for (const line of verdict.add) tell(line);
  process.stdout.write(`${verdict.fits}: ${relative(process.cwd(), keep(done, verdict, out))}\n`);
  return codes[verdict.fits];
}

const options = rehearseOptions(process.argv.slice(2), process.env);
if ('mistakes' in options) {
  tell(`${options.mistakes.join('\n')}\n\n${usage}`);
  process.exit(64);
}
try {
  process.exit(await main(options));
} catch (error) {
  tell(causeOf(error));
  process.exit(70);
}
