import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { relative } from 'node:path';
import { causeOf } from '@plaza/kit';
import { k6Path } from '@plaza/testkit/engines';
import { k6Options, usage, type K6Options } from './options.js';
import { impatientEdges, killProcess, ownCluster, variablesOf } from './own-cluster.js';
import { archiveK6, runK6, type K6Order, type K6Result } from './run.js';
import { saysYes, wrongWith } from './target-check.js';

/** `npm run k6 -- SCENARIO [--url ...]`; see `usage`. Ends with 0 where all thresholds were kept, 99 where not, 64 where it was not asked for properly. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

async function onOwnCluster(order: K6Order): Promise<K6Result> {
  tell('starting a cluster: two edges, two holders, real engines');
  const isSlow = order.scenario === 'slow-readers';
  const own = await ownCluster({ ...(isSlow ? { env: impatientEdges } : {}), onProgress: (line) => tell(`  ${line}`) });
  try {
    return await runK6({
      ...order,
      env: { ...(isSlow ? { PLAZA_K6_SLOW_CLOSED: '1' } : {}), ...order.env, ...variablesOf(own) },
      onDrop: () => killed('edge-2', () => killProcess(own, 'edge-2')),
    });
  } finally {
    tell('stopping the cluster');
    await own.cluster.stop();
  }
}

async function killed(what: string, kill: () => Promise<void>): Promise<void> {
  tell(`half-way: ${what} is killed`);
  await kill();
}

async function onNamedCluster(order: K6Order, { urls = [], env, kill, yes, scenario }: K6Options): Promise<K6Result | undefined> {
  const [api = '', key = ''] = [env['PLAZA_K6_API'], env['PLAZA_K6_KEY']];
  const wrong = await wrongWith({ urls, api, key });
  if (wrong.length > 0) {
    wrong.forEach(tell);
    return undefined;
  }
  const harm = kill === undefined ? '' : ` Half-way this is run: ${kill}`;
  if (!yes && !(await saysYes(`${scenario} loads ${urls.join(', ')} and leaves a room ${env['PLAZA_K6_NAME']} there.${harm} Go on?`)))
    return undefined;
  return runK6(kill === undefined ? order : { ...order, onDrop: () => killed('an edge', () => shell(kill)) });
}

/** Rejects where it does not end with 0. */
async function shell(command: string): Promise<void> {
  const [code] = (await once(spawn(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] }), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

async function run(options: K6Options): Promise<number> {
  const k6 = await k6Path();
  const { scenario, env, out, archive } = options;
  if (archive !== undefined) {
    await archiveK6({ k6, scenario, env }, archive);
    tell(`${archive} is written; its generators need PLAZA_K6_KEY, and PLAZA_K6_TOKEN_SECRET for viewers with tokens`);
    return 0;
  }
  const order = { k6, scenario, env, out, onLine: (line: string) => void process.stdout.write(`${line}\n`) };
  const result = await (options.urls === undefined ? onOwnCluster(order) : onNamedCluster(order, options));
  if (result !== undefined) tell(`the generator took ${result.cpuSeconds.toFixed(1)} s of CPU and ${result.mostMiB} MiB at most`);
  if (result?.summary !== undefined) tell(`report: ${relative(process.cwd(), result.html)}`);
  return result?.code ?? 64;
}

const options = k6Options(process.argv.slice(2), process.env);
if ('mistakes' in options) {
  tell(`${options.mistakes.join('\n')}\n\n${usage}`);
  process.exit(64);
}
try {
  process.exit(await run(options));
} catch (error) {
  tell(causeOf(error));
  process.exit(1);
}
