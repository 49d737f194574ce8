import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const buildMs = 600_000;

/** Why there is no earlier commit to build here; undefined: there is one. */
export function previousHindrance(commit: string): string | undefined {
  try {
    execFileSync('git', ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`], { cwd: root, stdio: 'ignore' });
    return undefined;
  } catch {
    return `${commit} is not there: no repository, or a shallow clone`;
  }
}

/** Builds the edge of another commit in `folder`, on the dependencies of this work tree, and answers the path of its main. */
export function buildPreviousEdge(commit: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', '--format=tar', commit], { cwd: root, maxBuffer: 512 * 1024 * 1024 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // The links of the packages to each other are relative: copied, they lead to this commit's.
  for (const path of packagesOf(folder))
    if (existsSync(join(root, path, 'node_modules')))
      cpSync(join(root, path, 'node_modules'), join(folder, path, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  const run = (args: readonly string[]): void =>
    void execFileSync(process.execPath, [...args], { cwd: folder, timeout: buildMs, stdio: 'pipe' });
  run(['--input-type=module', '-e', "import { generate } from './scripts/dev/generate.mjs'; generate({ always: true });"]);
  run(['node_modules/typescript/bin/tsc', '-b', 'services/edge']);
  return join(folder, 'services', 'edge', 'dist', 'main.js');
}

const packagesOf = (folder: string): string[] => [
  'proto',
  ...['packages', 'services'].flatMap((group) => readdirSync(join(folder, group)).map((name) => join(group, name))),
];
