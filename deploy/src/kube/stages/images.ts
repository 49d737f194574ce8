import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { filesOf, makeImageFolder, services, type ImageName } from '../../images/folder.js';
import { tryFolders } from '../../images/trial.js';
import { expectThat, type Trial } from '../trial.js';

const platform = { os: 'linux', arch: process.arch, abis: ['115', '127'] };

/** What `npm run deploy:images` makes: outside of the work tree, where no folder above has what an image lacks. */
export async function tryImages(trial: Trial): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plaza-images-'));
  const places: Partial<Record<ImageName, string>> = {};
  try {
    for (const name of services)
      await trial.check(`image of ${name}: native files of one platform only`, async () => {
        const { path, files, bytes } = await makeImageFolder(name, join(folder, name), platform);
        places[name] = path;
        const native = (await filesOf(path)).filter(({ file }) => file.endsWith('.node'));
        const others = native.filter(({ file }) => /darwin|win32|musl/.test(file) || !file.includes(process.arch));
        expectThat(native.length > 0 && others.length === 0, `native files: ${native.map(({ file }) => file).join(', ')}`);
        return `${files} files, ${(bytes / 2 ** 20).toFixed(1)} MB`;
      });
    await trial.check('images: each starts, answers, ends in order, and writes nothing into its folder', async () => {
      const before = await filesOf(folder);
      const said: string[] = [];
      await tryFolders(places, (line) => said.push(line));
      expectThat(said.filter((line) => line.includes('/healthz ok')).length === services.length, said.join('; '));
      expectThat(isDeepStrictEqual(await filesOf(folder), before), 'a service wrote into its own folder');
      return said.join('; ');
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
