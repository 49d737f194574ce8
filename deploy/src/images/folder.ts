import { readFileSync } from 'node:fs';
import { cp, lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@plaza/testkit/engines';
import { isKept, type Platform } from './kept.js';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const services = ['edge', 'room-state', 'history', 'metrics', 'api', 'engine-exporter', 'standalone'] as const;
export type ImageName = (typeof services)[number];

/** The chat page, which the server API gives to browsers. */
const withPages: readonly ImageName[] = ['api', 'standalone'];
const deployMs = 300_000;

export interface ImageFolder {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  readonly removedBytes: number;
}

/** Makes the folder that becomes the image of a service: what `pnpm deploy` gives of it, without what nothing reads there. */
export async function makeImageFolder(name: ImageName, path: string, platform: Platform): Promise<ImageFolder> {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await pnpmDeploy(name, path);
  if (withPages.includes(name)) await cp(join(root, 'packages/console/dist'), join(path, 'console'), { recursive: true });
  const all = await filesOf(path);
  const removed = all.filter(({ file }) => !isKept(file, platform));
  for (const { file } of removed) await rm(join(path, file));
  await removeEmptyFolders(path);
  const sum = (files: readonly { bytes: number }[]): number => files.reduce((total, { bytes }) => total + bytes, 0);
  return { path, files: all.length - removed.length, bytes: sum(all) - sum(removed), removedBytes: sum(removed) };
}

/** The pinned pnpm; dependencies as in the lock file, flat, no script of a dependency runs. */
async function pnpmDeploy(name: ImageName, path: string): Promise<void> {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };
  const settings = ['--config.inject-workspace-packages=true', '--config.node-linker=hoisted'];
  const deploy = ['--filter', `@plaza/${name}`, ...settings, 'deploy', '--prod', '--ignore-scripts', '--prefer-offline', path];
  await run('npm', ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm', ...deploy], deployMs, { CI: 'true' });
}

/** Every file below `folder`, by its path in it, sorted. */
export async function filesOf(folder: string): Promise<{ readonly file: string; readonly bytes: number }[]> {
  const paths = (await readdir(folder, { recursive: true })).sort();
  const entries = await Promise.all(paths.map(async (file) => ({ file, entry: await lstat(join(folder, file)) })));
  return entries.filter(({ entry }) => !entry.isDirectory()).map(({ file, entry }) => ({ file, bytes: entry.size }));
}

async function removeEmptyFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = join(folder, entry.name);
    await removeEmptyFolders(inner);
    if ((await readdir(inner)).length === 0) await rmdir(inner);
  }
}
