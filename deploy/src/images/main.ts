/**
 * `npm run deploy:images [-- --only edge,api --arch arm64 --out DIR --no-trial]`: the folder of each service that becomes its image, started and asked before it
 * is put where the Dockerfile takes it from. Exit code 0: all of them run; 1: one does not; 64: it was asked wrongly.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import { filesOf, makeImageFolder, root, services, type ImageName } from './folder.js';
import { tryFolders } from './trial.js';

/** Node 20 and 22: those for which the socket library has binaries. */
const abis = ['115', '127'];
const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;
const say = (line: string): void => void process.stdout.write(`  ${line}\n`);

class AskedWrongly extends Error {}

function readOptions(args: readonly string[]) {
  const options = {
    only: { type: 'string', default: services.join(',') },
    arch: { type: 'string', default: process.arch },
    out: { type: 'string', default: join(root, 'artifacts/images') },
    'no-trial': { type: 'boolean', default: false },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const names = values.only.split(',');
  const unknown = names.find((name) => !(services as readonly string[]).includes(name));
  if (unknown !== undefined) throw new AskedWrongly(`--only ${unknown}: there are ${services.join(', ')}`);
  if (!['x64', 'arm64'].includes(values.arch)) throw new AskedWrongly(`--arch ${values.arch}: there are x64, arm64`);
  if (values.arch !== process.arch && !values['no-trial'])
    throw new AskedWrongly(`--arch ${values.arch} cannot be tried on ${process.arch}: say --no-trial`);
  return { names: names as ImageName[], arch: values.arch, out: resolve(values.out), trial: !values['no-trial'] };
}

/** Made and tried where no folder above them has a node_modules that would hide what they lack. */
async function makeImages({ names, arch, out, trial }: ReturnType<typeof readOptions>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plaza-images-'));
  try {
    const places: Partial<Record<ImageName, string>> = {};
    for (const name of names) {
      const made = await makeImageFolder(name, join(folder, name), { os: 'linux', arch, abis });
      places[name] = made.path;
      say(
        `${name}: ${made.files} files, ${megabytes(made.bytes)} (${megabytes(made.removedBytes)} of other platforms and of sources left out)`,
      );
    }
    const before = await filesOf(folder);
    if (trial) await tryFolders(places, say);
    // An image is read-only: whoever wrote into its folder would fail there.
    if (JSON.stringify(await filesOf(folder)) !== JSON.stringify(before)) throw new Error('a service wrote into its own folder');
    for (const name of names) {
      await rm(join(out, name), { recursive: true, force: true });
      await cp(join(folder, name), join(out, name), { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${names.length} folders${trial ? ', tried,' : ''} in ${out}; build with deploy/images/Dockerfile\n`);
}

// Neither children nor the keeper hold the event loop.
const hold = setInterval(() => undefined, 60_000);
try {
  await makeImages(readOptions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`deploy:images: ${causeOf(error)}\n`);
  process.exitCode = error instanceof AskedWrongly || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true ? 64 : 1;
} finally {
  clearInterval(hold);
}
