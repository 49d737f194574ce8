import { EngineMissing } from './engine-missing.js';
import { installDebianPackages } from './packages.js';
import { onPath, run } from './run.js';

export interface FoundPrometheus {
  readonly prometheus: string;
  readonly promtool: string;
  readonly found: string;
}

/** A prometheus and its promtool: on PATH, or from Debian. */
export async function findPrometheus(): Promise<FoundPrometheus> {
  const there = both();
  if (there !== undefined) return await described(there, `on PATH (${there.prometheus})`);
  await installDebianPackages('prometheus');
  const installed = both();
  if (installed === undefined) throw new EngineMissing('the Debian package prometheus brought no prometheus and promtool');
  return await described(installed, 'installed by apt-get');
}

type Both = Pick<FoundPrometheus, 'prometheus' | 'promtool'>;

function both(): Both | undefined {
  const [prometheus, promtool] = [onPath('prometheus'), onPath('promtool')];
  return prometheus === undefined || promtool === undefined ? undefined : { prometheus, promtool };
}

async function described(paths: Both, how: string): Promise<FoundPrometheus> {
  const text = await run(paths.prometheus, ['--version'], 5000).catch((error: unknown) => {
    throw new EngineMissing(`${paths.prometheus}, ${how}, does not run`, { cause: error });
  });
  return { ...paths, found: `prometheus ${/version (\S+)/.exec(text)?.[1]?.replace(/,$/, '') ?? ''} ${how}` };
}
