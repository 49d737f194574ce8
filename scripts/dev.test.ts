import { describe, expect, test } from '@jest/globals';
import { sumOf, summaryLine } from './dev/jest-parts.mjs';
import { neededEngines } from './dev/needed-engines.mjs';
import { isSupported } from './dev/node-version.mjs';

describe('the bootstrap', () => {
  test.each([
    ['20.11.0', true],
    ['20.10.0', false],
    ['22.3.1', true],
    ['18.20.0', false],
    ['24.1.0', false],
  ])('Node %s: %s', (version, supported) => {
    expect(isSupported(version)).toBe(supported);
  });

  test('the last line sums the parts and names skipped ones only where there are some', () => {
    expect(summaryLine(sumOf([]))).toBe('0 passed, 0 failed');
    expect(
      summaryLine(
        sumOf([
          { passed: 2, failed: 0, skipped: 0 },
          { passed: 1, failed: 1, skipped: 3 },
        ]),
      ),
    ).toBe('3 passed, 1 failed, 3 skipped');
  });

  test.each([
    ['a.engine.test.ts', 'const nats = await startNats();', ['nats']],
    ['a.engine.test.ts', 'await startOwnCassandra(); await startRedis();', ['redis', 'cassandra']],
    ['a.engine.test.ts', "import { story } from './story.js';", ['nats', 'redis', 'cassandra']],
    ['a.engine.test.ts', 'const path = await schemathesisPath();', ['schemathesis']],
    ['a.engine.test.ts', 'await runK6(await k6Path());', ['nats', 'redis', 'cassandra', 'k6']],
    ['a.engine.test.ts', 'await startPrometheus(text);', ['nats', 'redis', 'cassandra', 'prometheus']],
    ['a.browser.test.ts', "import { story } from './story.js';", ['chromium']],
  ])('%s with %p needs %p', (path, text, engines) => {
    expect(neededEngines(path, text)).toEqual(engines);
  });
});
