import { within } from '@plaza/kit';
import type { LogKeeping } from '@plaza/log';
import type { Progress } from './progress.js';

/** For as long as an ask waits for the readers; then it says that they are behind. */
const waitMs = 1500;

/**
 * The number of streams of which the store does not have everything yet that was in the log when this was asked; 0 as soon as it has. Rejects as the log and the
 * store do.
 */
export async function streamsBehind(keeping: Pick<LogKeeping, 'streams' | 'moment'>, progress: Progress): Promise<number> {
  const passes = async (stream: number): Promise<boolean> => progress.passed(stream, (await keeping.moment(stream)).last, waitMs);
  const streams = Array.from({ length: keeping.streams }, (_, stream) => passes(stream));
  const passed = await within(2 * waitMs, 'the place of the readers', Promise.all(streams));
  return passed.filter((one) => !one).length;
}
