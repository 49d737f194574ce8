import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, cacheFolder } from './cache.js';
import { EngineMissing } from './engine-missing.js';
import type { FoundBinary } from './found.js';
import { isExecutable, onPath, run } from './run.js';

const version = '4.32.5';
const folderName = `schemathesis-${version}`;
const installMs = 300_000;

/** A schemathesis, which tries an API against its own description: named, or by pip into the cache. None from PATH: another version tries other requests. */
export async function findSchemathesis(): Promise<FoundBinary> {
  const named = process.env['PLAZA_TEST_SCHEMATHESIS_BINARY'];
  if (named) return await checked(named);
  const ready = isExecutable(join(cacheFolder(), folderName, 'schemathesis'));
  const folder = await cached(folderName, install);
  return { path: join(folder, 'schemathesis'), found: `schemathesis ${version} by pip${ready ? ', cached' : ''}` };
}

/** The path of a schemathesis; throws EngineMissing. */
export const schemathesisPath = async (): Promise<string> => (await findSchemathesis()).path;

async function checked(path: string): Promise<FoundBinary> {
  await run(path, ['--version'], 30_000).catch((error: unknown) => {
    throw new EngineMissing(`${path}, named by PLAZA_TEST_SCHEMATHESIS_BINARY, does not run`, { cause: error });
  });
  return { path, found: 'schemathesis named by PLAZA_TEST_SCHEMATHESIS_BINARY' };
}

async function install(folder: string): Promise<void> {
  const python = onPath('python3');
  if (python === undefined) throw new EngineMissing(`schemathesis ${version} is installed by python3, and there is none on PATH`);
  try {
    await run(python, ['-m', 'venv', folder], installMs);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `schemathesis==${version}`], installMs);
  } catch (error) {
    throw new EngineMissing(`installing schemathesis ${version} failed: it needs python3 >= 3.10 with venv`, { cause: error });
  }
  await writeLauncher(join(folder, 'schemathesis'));
}

/** The launchers that pip writes name the folder in which they were made, and the cache moves it. */
async function writeLauncher(path: string): Promise<void> {
  const start = 'from schemathesis.cli import schemathesis; schemathesis(prog_name="schemathesis")';
  await writeFile(path, `#!/bin/sh\nexec "$(dirname "$0")/bin/python" -c '${start}' "$@"\n`);
  await chmod(path, 0o755);
}
