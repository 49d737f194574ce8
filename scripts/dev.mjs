/**
 * What `npm start`, `npm test` and their like do. Node's own modules only: it runs before anything is installed.
 *   start | test | cluster | chaos | build | check | generate | bench | capacity | bench:path | bench:decide | bench:holder | bench:handover | bench:snapshot | bench:cassandra-away | swarm |
 *   k6 | rehearse | rolling | deploy:images | deploy:check | deploy:test | deploy:walk | postinstall
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './dev/build.mjs';
import { check } from './dev/check.mjs';
import { generate } from './dev/generate.mjs';
import { install } from './dev/install.mjs';
import { isSupported, runAgainOnSupportedNode } from './dev/node-version.mjs';
import { CommandFailed, root } from './dev/run.mjs';
import { test } from './dev/test.mjs';

const [command = 'start', ...rest] = process.argv.slice(2);

async function prepare() {
  install();
  generate();
  build();
}

/** In this very process: signals and exit codes need no passing on. */
async function become(file) {
  const path = join(root, file);
  if (!existsSync(path)) throw new CommandFailed(`${file} is not there`, 1);
  process.argv = [process.argv[0], path, ...rest];
  await import(pathToFileURL(path).href);
}

const runBuilt = (file) => async () => {
  await prepare();
  await become(file);
};

const commands = {
  start: runBuilt('services/standalone/dist/main.js'),
  cluster: runBuilt('scripts/cluster.mjs'),
  chaos: runBuilt('chaos/dist/run.js'),
  capacity: runBuilt('loadtest/dist/capacity.js'),
  'bench:path': runBuilt('loadtest/dist/bench-path.js'),
  bench: runBuilt('loadtest/dist/bench.js'),
  'bench:decide': runBuilt('loadtest/dist/bench-decide.js'),
  'bench:holder': runBuilt('loadtest/dist/bench-holder.js'),
  'bench:handover': runBuilt('loadtest/dist/bench-handover.js'),
  'bench:snapshot': runBuilt('loadtest/dist/bench-snapshot.js'),
  'bench:cassandra-away': runBuilt('loadtest/dist/bench-cassandra-away.js'),
  'deploy:images': runBuilt('deploy/dist/images/main.js'),
  'deploy:check': runBuilt('deploy/dist/check/main.js'),
  'deploy:test': runBuilt('deploy/dist/kube/main.js'),
  'deploy:walk': runBuilt('deploy/dist/runbooks/main.js'),
  swarm: runBuilt('loadtest/dist/swarm/main.js'),
  k6: runBuilt('loadtest/dist/k6/main.js'),
  rehearse: runBuilt('loadtest/dist/rehearse/main.js'),
  rolling: runBuilt('loadtest/dist/rolling/main.js'),
  build: prepare,
  generate: () => {
    install();
    generate({ always: true });
  },
  test: async () => {
    await prepare();
    process.exitCode = await test(rest);
  },
  check: async () => {
    install();
    generate();
    check();
  },
  // pnpm runs this script of the root too; it needs no second install.
  postinstall: () => (process.env.npm_config_user_agent?.startsWith('pnpm') ? undefined : install()),
};

try {
  process.chdir(root);
  if (!(command in commands)) throw new CommandFailed(`there is no command ${command}; there are ${Object.keys(commands).join(', ')}`, 64);
  if (isSupported(process.versions.node)) await commands[command]();
  else process.exitCode = await runAgainOnSupportedNode([command, ...rest]);
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.code;
}
