import { createHash } from 'node:crypto';

/** Runs `task` for each item, `width` at a time, and answers in their order. */
export async function eachOf<T, R>(items: readonly T[], width: number, task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const lane = async (): Promise<void> => {
    for (const [i, item] of rest) results[i] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}

/** Each item of a batch is a command of its own: a repeat of the batch repeats each. */
export const itemId = (commandId: string, item: number | string): string =>
  createHash('sha256').update(`${commandId}/${item}`).digest('base64url').slice(0, 32);
