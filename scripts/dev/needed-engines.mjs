import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './fingerprint.mjs';
import { root } from './run.mjs';

const signs = {
  nats: /\bstartNats\b/,
  redis: /\bstartRedis\b/,
  cassandra: /\bstart(Own)?Cassandra\b/,
  chromium: /\bchromiumPath\b/,
  schemathesis: /\bschemathesisPath\b/,
  prometheus: /\bstartPrometheus\b/,
  k6: /\bk6Path\b/,
};
const servers = ['nats', 'redis', 'cassandra'];

export const engineTests = () =>
  ['packages', 'services', 'stories', 'loadtest', 'chaos', 'deploy', 'scripts'].flatMap((folder) =>
    filesBelow(folder, (path) => /\.(engine|browser)\.test\.ts$/.test(path)),
  );

/** Which engines a test file asks for, read from its text; one that names none starts a whole cluster by way of another file. */
export function neededEngines(path, text = readFileSync(join(root, path), 'utf8')) {
  const named = Object.keys(signs).filter((name) => signs[name].test(text));
  if (path.endsWith('.browser.test.ts')) return [...new Set([...named, 'chromium'])];
  // These are nothing without a cluster to load or to look at.
  if (named.includes('k6') || named.includes('prometheus')) return [...servers, ...named];
  return named.length > 0 ? named : servers;
}
