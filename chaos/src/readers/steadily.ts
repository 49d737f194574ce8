const withinMs = 120_000;
const pauseMs = 500;

/** Asks again and again, until the answer has been the same for so long (or two minutes have passed). */
export async function steadily<T>(ask: () => Promise<T>, steadyMs: number): Promise<T> {
  const end = performance.now() + withinMs;
  let answer = await ask();
  let changedAt = performance.now();
  while (performance.now() - changedAt < steadyMs && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const now = await ask();
    if (JSON.stringify(now) === JSON.stringify(answer)) continue;
    answer = now;
    changedAt = performance.now();
  }
  return answer;
}
