/**
 * `npm run cluster [-- --edges 4 --holders 3 --nats 3 --data DIR --log-level debug]`: the cluster as separate processes on loopback, for
 * development. Needs a build; `npm run cluster` makes one.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clusterRows, startCluster, tableText } from '../packages/testkit/dist/cluster.js';

const options = {
  edges: { type: 'string', default: '2' },
  holders: { type: 'string', default: '2' },
  nats: { type: 'string', default: '1' },
  data: { type: 'string', default: 'cluster-data' },
  'log-level': { type: 'string', default: 'info' },
};
const say = (line) => process.stdout.write(`${line}\n`);
/** npm passes a terminal's Ctrl-C on, so that one press arrives twice. */
const onePressMs = 1000;

function readOptions() {
  const { values } = parseArgs({ options });
  const count = (name, allowed) => {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || !allowed(number)) throw new Error(`--${name} ${values[name]} is not possible`);
    return number;
  };
  return {
    edges: count('edges', (number) => number >= 1 && number <= 64),
    holders: count('holders', (number) => number >= 1 && number <= 64),
    natsServers: count('nats', (number) => number === 1 || number === 3),
    dataFolder: resolve(values.data),
    logLevel: values['log-level'],
    onProgress: (line) => say(`  ${line}`),
  };
}

function untilAsked() {
  return new Promise((resolveAsked) => {
    let askedAtMs = 0;
    const asked = () => {
      // The keepers of the processes end them when we are gone.
      if (askedAtMs > 0 && Date.now() - askedAtMs > onePressMs) process.exit(1);
      if (askedAtMs === 0) askedAtMs = Date.now();
      resolveAsked();
    };
    process.on('SIGINT', asked);
    process.on('SIGTERM', asked);
  });
}

function announce(cluster, settings) {
  const { ready } = cluster;
  say('');
  say('Plaza as a cluster of processes on real NATS, Redis and Cassandra, for development: loopback only, secrets of its own.');
  say(`  chat page   ${ready.page}?room=lobby   <- open it in two tabs: two people in one room`);
  say(`  server API  ${ready.api}   (described at ${ready.openapi})`);
  say(`  sockets     ${cluster.connectUrls.join('  ')}`);
  say(`  metrics     /metrics at the probes of each process; that of the api: ${ready.metrics}`);
  say(`  data, logs  ${settings.dataFolder}  ${cluster.logFolder}`);
  say(
    cluster.secretsMade
      ? `  API key     ${ready.apiKey}   (made now, kept in the data folder)`
      : '  API key     in development-secrets.json of the data folder',
  );
  say(`PLAZA_READY ${JSON.stringify(ready)}`);
}

/** The table, and again whenever something in it comes or goes. */
async function watch(cluster, ended) {
  let shown = '';
  while (!ended()) {
    const rows = await clusterRows(cluster);
    const states = rows.map(({ process: name, pid, state }) => `${name} ${pid} ${state}`).join();
    if (states !== shown && !ended()) say(`\n${tableText(rows)}\n`);
    shown = states;
    await wait(1000, undefined, { ref: false });
  }
}

async function main() {
  const settings = readOptions();
  const asked = untilAsked();
  say('starting the cluster');
  const starting = startCluster(settings);
  const early = await Promise.race([starting.then(() => false), asked.then(() => true)]);
  if (early) say('stopping as soon as everything has started');
  const cluster = await starting;
  let ended = false;
  if (!early) {
    announce(cluster, settings);
    void watch(cluster, () => ended);
    await keepRunning(asked);
  }
  ended = true;
  say('stopping: services first, then the engines');
  await cluster.stop();
  say('stopped');
}

/** The processes are not ours to hold the event loop; this is. */
async function keepRunning(asked) {
  const hold = setInterval(() => undefined, 60_000);
  await asked;
  clearInterval(hold);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`the cluster does not start: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}\n`);
  process.exitCode = 1;
}
