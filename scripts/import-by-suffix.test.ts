import { describe, expect, test } from '@jest/globals';
import { Linter } from 'eslint';
import { importBySuffix, objectionTo } from '../tooling/eslint/import-by-suffix.mjs';

const edge = '/plaza/services/edge/src';

describe('import by suffix', () => {
  test.each([
    [`${edge}/session.ts`, 'uWebSockets.js', /only \*\.uws\.ts/],
    [`${edge}/session.ts`, './listener.uws.js', /is an adapter/],
    [`${edge}/session.ts`, '@plaza/kit/nats', /only \*\.nats\.ts/],
    [`${edge}/session.ts`, '@plaza/api', /is a service/],
    ['/plaza/services/metrics/src/counters.redis.ts', 'lmdb', /only \*\.lmdb\.ts/],
    ['/plaza/packages/log/src/appender.ts', './log.memory.js', /is an adapter/],
    ['/plaza/packages/log/src/index.ts', './log.nats.js', /is an adapter/],
    ['/plaza/packages/bus/src/live.ts', '@plaza/edge', /is a service/],
    [`${edge}/session.ts`, 'prom-client', /only \*\.prom\.ts/],
  ])('%s may not import %s', (file, source, why) => {
    expect(objectionTo(file, source)).toMatch(why);
  });

  test.each([
    [`${edge}/listener.uws.ts`, 'uWebSockets.js'],
    [`${edge}/compose.ts`, './listener.uws.js'],
    [`${edge}/compose.ts`, '@plaza/kit/nats'],
    [`${edge}/drain.test.ts`, '@plaza/log/memory'],
    [`${edge}/session.ts`, './drain.js'],
    ['/plaza/packages/log/src/nats.ts', './log.nats.js'],
    ['/plaza/packages/kit/src/cassandra.ts', 'cassandra-driver'],
    ['/plaza/services/standalone/src/compose.ts', '@plaza/edge'],
    ['/plaza/services/api/src/server.fastify.ts', './pages.fastify.js'],
    ['/plaza/packages/kit/src/probes.ts', 'prom-client'],
  ])('%s may import %s', (file, source) => {
    expect(objectionTo(file, source)).toBeUndefined();
  });

  test('the linter reports it where it stands, and not imports of types', () => {
    const code = "import 'ioredis';\nexport * from './store.redis.js';\nawait import('lmdb');\n";
    const found = new Linter().verify(
      code,
      { files: ['**/*.ts'], plugins: { plaza: { rules: { suffix: importBySuffix } } }, rules: { 'plaza/suffix': 'error' } },
      { filename: 'services/history/src/reader.ts' },
    );
    expect(found.map(({ line, ruleId }) => [line, ruleId])).toEqual([1, 2, 3].map((line) => [line, 'plaza/suffix']));
  });
});
