import { EngineMissing } from './engine-missing.js';
import type { FoundBinary } from './found.js';
import { installDebianPackages } from './packages.js';
import { onPath } from './run.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const first = (): string | undefined => names.map(onPath).find((path) => path !== undefined);

/** A Chromium that playwright-core can drive: named, on PATH, or from Debian. */
export async function findChromium(): Promise<FoundBinary> {
  const named = process.env['PLAZA_TEST_CHROMIUM_BINARY'];
  if (named) return { path: named, found: 'chromium named by PLAZA_TEST_CHROMIUM_BINARY' };
  const there = first();
  if (there !== undefined) return { path: there, found: `chromium on PATH (${there})` };
  await installDebianPackages('chromium');
  const installed = first();
  if (installed === undefined) throw new EngineMissing('the Debian package chromium brought no chromium');
  return { path: installed, found: 'chromium installed by apt-get' };
}

/** The path of a Chromium; throws EngineMissing. */
export const chromiumPath = async (): Promise<string> => (await findChromium()).path;
