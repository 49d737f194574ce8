import { resolve } from 'node:path';
import { causeOf } from '@plaza/kit';
import { ownCluster } from '../k6/own-cluster.js';
import { keepResult } from '../report.js';
import { drainSettings } from './manifests.js';
import { rollingOptions, usage, type RollingOptions } from './options.js';
import { lostOf, tableOf, wrongIn } from './result.js';
import { roll } from './rolling.js';

/** `npm run rolling`: what clients feel while an edge with thousands of sockets is drained, and then everything is restarted, as Kubernetes would; see `usage`. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** As deploy/kubernetes ships it. */
function environment({ drainPerSecond }: RollingOptions): Record<string, string> {
  const settings = drainSettings();
  return drainPerSecond === undefined ? settings : { ...settings, PLAZA_EDGE_DRAIN_PER_SECOND: String(drainPerSecond) };
}

/** Whether nothing was wrong. */
async function main(options: RollingOptions): Promise<boolean> {
  const { holders, natsServers, data } = options;
  const env = environment(options);
  tell('starting a cluster: two edges, apis, histories and metrics, real engines');
  const own = await ownCluster({
    ...{ edges: 2, apis: 2, histories: 2, metrics: 2, holders, natsServers, logLevel: 'info', env },
    ...(data === undefined ? {} : { dataFolder: resolve(data) }),
    onProgress: (line) => tell(`  ${line}`),
  });
  try {
    const result = await roll(own, options, Number(env['PLAZA_EDGE_DRAIN_PER_SECOND']), tell);
    const wrong = wrongIn(result);
    process.stdout.write(`${tableOf(result)}\nlost: ${lostOf(result)}; broken chains: ${result.chains.broken}\n`);
    wrong.forEach((line) => process.stdout.write(`WRONG: ${line}\n`));
    const { out, data: _, pauseMs, ...asked } = options;
    keepResult('rolling', { lost: lostOf(result), wrong, asked: { ...asked, hurry: Number.isFinite(pauseMs) }, ...result }, out);
    return wrong.length === 0;
  } finally {
    tell('stopping the cluster');
    await own.cluster.stop();
  }
}

const options = rollingOptions(process.argv.slice(2));
if ('mistakes' in options) {
  tell(`${options.mistakes.join('\n')}\n\n${usage}`);
  process.exit(64);
}
try {
  process.exit((await main(options)) ? 0 : 1);
} catch (error) {
  tell(causeOf(error));
  process.exit(70);
}
