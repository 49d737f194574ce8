import { locked, cacheFolder } from './cache.js';
import { EngineMissing } from './engine-missing.js';
import { onPath, run } from './run.js';
import { join } from 'node:path';

const installMs = 300_000;

/** Installs Debian packages; only root and those who may become root without a password can. */
export async function installDebianPackages(...names: readonly string[]): Promise<void> {
  if (onPath('apt-get') === undefined) throw new EngineMissing(`there is no apt-get here to install ${names.join(', ')}`);
  const prefix = await rootPrefix(names);
  await locked(join(cacheFolder(), 'apt.lock'), async () => {
    await apt(prefix, ['update', '-q']);
    await apt(prefix, ['install', '-y', '-q', '--no-install-recommends', ...names]);
  });
}

async function rootPrefix(names: readonly string[]): Promise<readonly string[]> {
  if (process.getuid?.() === 0) return [];
  const sudo = onPath('sudo');
  const may =
    sudo !== undefined &&
    (await run(sudo, ['-n', 'true'], 5000).then(
      () => true,
      () => false,
    ));
  if (sudo === undefined || !may) throw new EngineMissing(`installing ${names.join(', ')} needs root: apt-get install ${names.join(' ')}`);
  return [sudo, '-n'];
}

/** RUNLEVEL=1 keeps the packages from starting services of their own. */
async function apt(prefix: readonly string[], args: readonly string[]): Promise<void> {
  const [command = 'env', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', ...args];
  await run(command, rest, installMs);
}
