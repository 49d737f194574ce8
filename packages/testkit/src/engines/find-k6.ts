import { join } from 'node:path';
import { cached, cacheFolder } from './cache.js';
import { EngineMissing } from './engine-missing.js';
import type { FoundBinary } from './found.js';
import { isExecutable, onPath, run } from './run.js';

const version = '1.8.1';
const folderName = `k6-${version}`;
const goInstallMs = 900_000;

/** A k6, which runs the scripts of loadtest/k6: named, on PATH in version 1, cached, or by Go. Older ones have neither `k6/websockets` nor TypeScript. */
export async function findK6(): Promise<FoundBinary> {
  const named = process.env['PLAZA_TEST_K6_BINARY'];
  if (named) return await checked(named, 'named by PLAZA_TEST_K6_BINARY');
  const there = onPath('k6');
  const thereVersion = there === undefined ? undefined : await versionOf(there);
  if (there !== undefined && isNewEnoughK6(thereVersion)) return { path: there, found: `k6 ${thereVersion} on PATH (${there})` };
  const ready = isExecutable(join(cacheFolder(), folderName, 'k6'));
  const folder = await cached(folderName, goInstall);
  return { path: join(folder, 'k6'), found: `k6 ${version} by go install${ready ? ', cached' : ''}` };
}

/** The path of a k6; throws EngineMissing. */
export const k6Path = async (): Promise<string> => (await findK6()).path;

async function checked(path: string, how: string): Promise<FoundBinary> {
  const found = await versionOf(path);
  if (found === undefined) throw new EngineMissing(`${path}, ${how}, does not say its version`);
  if (!isNewEnoughK6(found)) throw new EngineMissing(`k6 ${found}, ${how}, is older than 1.2`);
  return { path, found: `k6 ${found} ${how}` };
}

async function versionOf(path: string): Promise<string | undefined> {
  const text = await run(path, ['version'], 10_000).catch(() => '');
  return /v(\d+\.\d+\.\d+)/.exec(text)?.[1];
}

export function isNewEnoughK6(found: string | undefined): boolean {
  const [major = 0, minor = 0] = (found ?? '').split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 2);
}

async function goInstall(folder: string): Promise<void> {
  const go = onPath('go') ?? (isExecutable('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
  if (go === undefined) throw new EngineMissing('put k6 >= 1.2 on PATH, or Go, by which it is installed');
  try {
    await run(go, ['install', `go.k6.io/k6@v${version}`], goInstallMs, { GOBIN: folder, GOFLAGS: '-p=2' });
  } catch (error) {
    throw new EngineMissing(`go install of k6 ${version} failed`, { cause: error });
  }
}
