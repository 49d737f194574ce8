import { join } from 'node:path';
import { cached, cacheFolder } from './cache.js';
import { EngineMissing } from './engine-missing.js';
import type { FoundBinary } from './found.js';
import { isExecutable, onPath, run } from './run.js';

const version = '2.15.2';
const oldestMinor = 12;
const folderName = `nats-server-${version}`;
const goInstallMs = 600_000;

/** A nats-server that keeps one writer a subject (>= 2.12; older ones accept two writers with one expectation): named, on PATH, cached, or by Go. */
export async function findNats(): Promise<FoundBinary> {
  const named = process.env['PLAZA_TEST_NATS_BINARY'];
  if (named) return await checked(named, 'named by PLAZA_TEST_NATS_BINARY');
  const there = onPath('nats-server');
  const onPathVersion = there === undefined ? undefined : await versionOf(there);
  if (there !== undefined && onPathVersion !== undefined && isNewEnough(onPathVersion)) {
    return { path: there, found: `nats-server ${onPathVersion} on PATH (${there})` };
  }
  const why = there === undefined ? 'none on PATH' : `${onPathVersion ?? 'the one'} on PATH is older than 2.${oldestMinor}`;
  const ready = isExecutable(join(cacheFolder(), folderName, 'nats-server'));
  const folder = await cached(folderName, goInstall);
  return { path: join(folder, 'nats-server'), found: `nats-server ${version} by go install${ready ? ', cached' : ''} (${why})` };
}

async function checked(path: string, how: string): Promise<FoundBinary> {
  const found = await versionOf(path);
  if (found === undefined) throw new EngineMissing(`${path}, ${how}, does not say its version`);
  if (!isNewEnough(found)) throw new EngineMissing(`nats-server ${found}, ${how}, is older than 2.${oldestMinor}`);
  return { path, found: `nats-server ${found} ${how}` };
}

async function versionOf(path: string): Promise<string | undefined> {
  const text = await run(path, ['--version'], 5000).catch(() => '');
  return /v?(\d+\.\d+\.\d+)/.exec(text)?.[1];
}

export function isNewEnough(found: string): boolean {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= oldestMinor);
}

async function goInstall(folder: string): Promise<void> {
  const go = onPath('go') ?? (isExecutable('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
  if (go === undefined) throw new EngineMissing(`put nats-server >= 2.${oldestMinor} on PATH, or Go, by which it is installed`);
  try {
    await run(go, ['install', `github.com/nats-io/nats-server/v2@v${version}`], goInstallMs, { GOBIN: folder, GOFLAGS: '-p=2' });
  } catch (error) {
    throw new EngineMissing(`go install of nats-server ${version} failed`, { cause: error });
  }
}
