import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import { k6Path } from '@plaza/testkit/engines';
import { LossyEdge } from './lossy-edge.fixture.js';
import { scenarios, type Scenario } from './options.js';
import { killProcess, ownCluster, variablesOf, type OwnCluster } from './own-cluster.js';
import { runK6, type K6Result } from './run.js';
import { thresholdsOf } from './summary.js';

let k6: string;
let own: OwnCluster | undefined;
let runs = 0;
const folder = temporaryFolder();

beforeAll(async () => {
  k6 = await k6Path();
  own = await ownCluster();
});

afterAll(() => own?.cluster.stop());

const started = (): OwnCluster => own as OwnCluster;

const small = {
  PLAZA_K6_SOCKETS: '24',
  PLAZA_K6_SOCKETS_PER_VU: '8',
  PLAZA_K6_JOIN_RATE: '48',
  PLAZA_K6_RATE: '12',
  PLAZA_K6_SECONDS: '5',
  PLAZA_K6_STALL_SECONDS: '2',
};
/** A machine that does other work besides: what is late here is late by seconds. */
const patient = { PLAZA_K6_LAG_P95: '3000', PLAZA_K6_JOIN_P95: '3000', PLAZA_K6_REPLY_P95: '3000', PLAZA_K6_PAUSE_P95: '8000' };

function run(scenario: Scenario, more: Readonly<Record<string, string>> = {}): Promise<K6Result> {
  const env = { ...small, ...patient, PLAZA_K6_NAME: `ci-${runs++}`, PLAZA_K6_DROP_BY: 'outside', ...variablesOf(started()), ...more };
  return runK6({ k6, scenario, env, out: folder, timeoutMs: 60_000, onDrop: () => killProcess(started(), 'edge-2') });
}

const broken = ({ summary, lines }: K6Result): readonly string[] =>
  summary === undefined ? lines : thresholdsOf(summary).flatMap(({ ok, metric, threshold }) => (ok ? [] : [`${metric} ${threshold}`]));

test.each(scenarios)('%s keeps its thresholds on a real cluster', async (scenario) => {
  const result = await run(scenario);
  expect(broken(result)).toEqual([]);
  expect(result.code).toBe(0);
  expect(readFileSync(result.html, 'utf8')).toContain('thresholds kept');
  if (scenario === 'reconnect-storm')
    await started()
      .cluster.processes.find(({ id }) => id === 'edge-2')
      ?.start();
});

test('a frame that was lost on the way fails the run', async () => {
  const lossy = await LossyEdge.before(started().cluster.connectUrls[0] as string, 5);
  try {
    const result = await run('steady-room', { PLAZA_K6_URLS: lossy.url });
    expect(result.code).toBe(99);
    expect(broken(result)).toEqual(expect.arrayContaining(['plaza_gaps count==0', 'plaza_lost count==0']));
  } finally {
    await lossy.close();
  }
});

test('wrong settings are refused by their names, before anything is loaded', async () => {
  const result = await run('hot-room', { PLAZA_K6_SOCKETS: 'many' });
  expect(result.code).not.toBe(0);
  expect(result.lines.join('\n')).toContain('PLAZA_K6_SOCKETS is many');
});
