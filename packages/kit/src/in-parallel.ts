/**
 * Runs `task` for each item, `width` at a time, and answers in the order of the items. After a failure nothing new is begun; rejects when what is under way
 * has ended.
 */
export async function inParallel<T, R>(items: readonly T[], width: number, task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const rest = items.entries();
  const lane = async (): Promise<void> => {
    for (const [i, item] of rest) {
      if (failures.length > 0) return;
      await task(item).then(
        (result) => (results[i] = result),
        (error: unknown) => failures.push(error),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
