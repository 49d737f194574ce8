import { EngineMissing } from './engine-missing.js';
import type { FoundBinary } from './found.js';
import { installDebianPackages } from './packages.js';
import { onPath, run } from './run.js';

/** A redis-server: named, on PATH, or from Debian. */
export async function findRedis(): Promise<FoundBinary> {
  const named = process.env['PLAZA_TEST_REDIS_BINARY'];
  if (named) return await described(named, 'named by PLAZA_TEST_REDIS_BINARY');
  const there = onPath('redis-server');
  if (there !== undefined) return await described(there, `on PATH (${there})`);
  await installDebianPackages('redis-server');
  const installed = onPath('redis-server');
  if (installed === undefined) throw new EngineMissing('the Debian package redis-server brought no redis-server');
  return await described(installed, 'installed by apt-get');
}

async function described(path: string, how: string): Promise<FoundBinary> {
  const text = await run(path, ['--version'], 5000).catch((error: unknown) => {
    throw new EngineMissing(`${path}, ${how}, does not run`, { cause: error });
  });
  return { path, found: `redis-server ${/v=(\S+)/.exec(text)?.[1] ?? ''} ${how}` };
}
