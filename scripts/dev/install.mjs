import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, hashOfContents, unlessDone } from './fingerprint.mjs';
import { command, npmCommand, root } from './run.mjs';

const isPackage = (path) => path.endsWith('/package.json');

/** The pinned pnpm, by npm: nothing has to be there but Node and npm. No build script of a dependency runs. */
export function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folders = ['tooling', 'proto', 'packages', 'services', 'stories', 'loadtest', 'chaos', 'deploy'];
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...folders.flatMap((folder) => filesBelow(folder, isPackage))];
  const fingerprint = hashOfContents(files, process.versions.modules, process.platform, process.arch);
  unlessDone('node_modules/.plaza-install', fingerprint, () => {
    const args = ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm', 'install', '--frozen-lockfile', '--reporter=append-only'];
    command(...npmCommand(args), { env: { CI: 'true' } });
  });
}
