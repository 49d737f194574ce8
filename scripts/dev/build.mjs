import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, hashOfTimes, unlessDone } from './fingerprint.mjs';
import { root, tool } from './run.mjs';

const isSource = (path) => /\.(ts|tsx|json)$/.test(path) && !/\.(test|contract)\.ts$/.test(path);

/** Everything to dist, where a source has changed since. */
export function build() {
  buildSources();
  buildPages();
}

function buildSources() {
  const sources = [
    'proto/gen',
    'packages',
    'services',
    'stories',
    'loadtest',
    'chaos',
    'deploy/src',
    'deploy/tsconfig.json',
    'tsconfig.json',
    'tsconfig.base.json',
  ];
  const files = sources.flatMap((path) => filesBelow(path, isSource));
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const built = references.map(({ path }) => existsSync(join(root, path, 'dist', '.tsbuildinfo')));
  unlessDone('node_modules/.plaza-build', hashOfTimes(files, process.version), () =>
    tool('node_modules/typescript/bin/tsc', ['-b', 'tsconfig.json']),
  );
}

function buildPages() {
  const folder = 'packages/console';
  const config = ['ts', 'mts', 'js', 'mjs'].map((end) => `${folder}/vite.config.${end}`).find((file) => existsSync(join(root, file)));
  if (config === undefined) return;
  const sources = [folder, 'packages/client/src', 'packages/protocol/src', 'proto/gen'].flatMap((path) => filesBelow(path));
  const built = existsSync(join(root, folder, 'dist', 'index.html'));
  unlessDone('node_modules/.plaza-pages', hashOfTimes(sources, built), () => {
    tool(`${folder}/node_modules/vite/bin/vite.js`, ['build', '--logLevel', 'warn'], { cwd: join(root, folder) });
  });
}
