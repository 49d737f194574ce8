const lookMs = 20;

/** Waits until it is so, for as long at most. */
export async function until(ms: number, isSo: () => boolean): Promise<void> {
  const end = performance.now() + ms;
  while (!isSo() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, lookMs));
}
