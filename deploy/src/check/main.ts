/**
 * `npm run deploy:check -- FOLDER|FILE|- [--secrets NAMESPACE] [--kubectl PATH]`: reads the manifests of an overlay, or of a file that `kubectl kustomize` or anything
 * else has written, by the services' own tables of settings. `--secrets` also looks into the Secrets of that namespace, in the cluster of the current context;
 * no value is printed. Exit code 0: nothing to say; 1: mistakes, a line each; 64: it was asked wrongly.
 */
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import { onPath, run } from '@plaza/testkit/engines';
import { checkManifests } from './check.js';
import type { KubeObject } from './objects.js';
import { documentsOf, renderOverlay } from './render.js';
import { secretMistakes, type ReadSecret } from './secrets.js';

const kubectlMs = 60_000;

class AskedWrongly extends Error {}

async function read(source: string, kubectl: string | undefined): Promise<KubeObject[]> {
  if (source === '-') return documentsOf(readFileSync(0, 'utf8')) as KubeObject[];
  const place = statSync(source, { throwIfNoEntry: false });
  if (place === undefined) throw new AskedWrongly(`${source} is not there`);
  if (!place.isDirectory()) return documentsOf(readFileSync(source, 'utf8')) as KubeObject[];
  return kubectl === undefined
    ? renderOverlay(source)
    : (documentsOf(await run(kubectl, ['kustomize', source], kubectlMs)) as KubeObject[]);
}

const fromCluster =
  (kubectl: string, namespace: string): ReadSecret =>
  async (name) => {
    const text = await run(kubectl, ['--namespace', namespace, 'get', 'secret', name, '--ignore-not-found', '--output=json'], kubectlMs);
    if (text.trim() === '') return undefined;
    const { data = {} } = JSON.parse(text) as { data?: Record<string, string> };
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
  };

async function check(args: readonly string[]): Promise<number> {
  const options = { secrets: { type: 'string' }, kubectl: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw new AskedWrongly('name one folder or file of manifests, or - for standard input');
  const kubectl = values.kubectl ?? onPath('kubectl');
  if (values.secrets !== undefined && kubectl === undefined) throw new AskedWrongly('--secrets needs kubectl on PATH, or --kubectl PATH');
  const objects = await read(source, kubectl);
  const secrets = values.secrets === undefined ? [] : await secretMistakes(objects, fromCluster(kubectl ?? '', values.secrets));
  const mistakes = [...checkManifests(objects), ...secrets];
  for (const mistake of mistakes) process.stdout.write(`${mistake}\n`);
  process.stdout.write(`${objects.length} objects, ${mistakes.length} mistake(s)\n`);
  return mistakes.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await check(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`deploy:check: ${causeOf(error)}\n`);
  process.exitCode = error instanceof AskedWrongly || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true ? 64 : 1;
}
