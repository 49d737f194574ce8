import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const kit = new URL('../dist/index.js', import.meta.url).href;

/** Major collections of a process that always has half a million objects and makes four million. */
async function majors(percent: number): Promise<number> {
  const script = `
    import { constants, PerformanceObserver } from 'node:perf_hooks';
    import { letHeapGrow } from ${JSON.stringify(kit)};
    letHeapGrow(${percent});
    let majors = 0;
    new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) majors++;
    }).observe({ entryTypes: ['gc'] });
    const kept = [];
    for (let i = 0; i < 4_000_000; i++) kept[i % 500_000] = { i, text: String(i) };
    setTimeout(() => process.stdout.write(String(majors)), 50);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return Number(stdout);
}

test('a heap that may grow is collected less often', async () => {
  expect(await majors(300)).toBeLessThan(await majors(20));
});
