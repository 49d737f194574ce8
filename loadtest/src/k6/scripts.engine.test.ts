import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import { k6Path } from '@plaza/testkit/engines';
import type { Rehearsal } from '../rehearse/rehearsal.js';
import { LossyEdge } from './lossy-edge.fixture.js';
import { scenarios, type Scenario } from './options.js';
import { impatientEdges, killProcess, ownCluster, variablesOf, type OwnCluster } from './own-cluster.js';
import { archiveK6, runK6, type K6Result } from './run.js';
import { thresholdsOf } from './summary.js';

let k6: string;
let own: OwnCluster | undefined;
let runs = 0;
const folder = temporaryFolder();

beforeAll(async () => {
  k6 = await k6Path();
  own = await ownCluster({ env: impatientEdges });
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
/** Time for more than kernels keep for a socket, and then more than the edges have patience. Faster, and the others fall out of the ring where the machine stands for a moment. */
const untilClosed = {
  PLAZA_K6_SOCKETS: '8',
  PLAZA_K6_RATE: '20',
  PLAZA_K6_SECONDS: '45',
  PLAZA_K6_STALL_SECONDS: '40',
  PLAZA_K6_SLOW_CLOSED: '1',
};
const ownOf: Readonly<Partial<Record<Scenario, Readonly<Record<string, string>>>>> = { 'slow-readers': untilClosed };
/** A machine that does other work besides: what is late here is late by seconds. */
const patient = { PLAZA_K6_LAG_P95: '3000', PLAZA_K6_JOIN_P95: '3000', PLAZA_K6_REPLY_P95: '3000', PLAZA_K6_PAUSE_P95: '8000' };

const envOf = (more: Readonly<Record<string, string>>): Record<string, string> => ({
  ...{ ...small, ...patient, PLAZA_K6_NAME: `ci-${runs++}`, PLAZA_K6_DROP_BY: 'outside' },
  ...variablesOf(started()),
  ...more,
});

function run(scenario: Scenario, more: Readonly<Record<string, string>> = {}): Promise<K6Result> {
  return runK6({ k6, scenario, env: envOf(more), out: folder, timeoutMs: 90_000, onDrop: () => killProcess(started(), 'edge-2') });
}

const broken = ({ summary, lines }: K6Result): readonly string[] =>
  summary === undefined ? lines : thresholdsOf(summary).flatMap(({ ok, metric, threshold }) => (ok ? [] : [`${metric} ${threshold}`]));

test.each(scenarios)('%s keeps its thresholds on a real cluster', async (scenario) => {
  const result = await run(scenario, ownOf[scenario]);
  expect(broken(result)).toEqual([]);
  expect(result.code).toBe(0);
  expect(readFileSync(result.html, 'utf8')).toContain('thresholds kept');
  if (scenario === 'reconnect-storm')
    await started()
      .cluster.processes.find(({ id }) => id === 'edge-2')
      ?.start();
});

test('slow readers that have to be closed, and read on in time, fail the run', async () => {
  const result = await run('slow-readers', { PLAZA_K6_SLOW_CLOSED: '1' });
  expect(broken(result)).toEqual(['plaza_slow_closed rate>=1']);
});

/** As k6-operator starts them: one file for all, a segment of the run for each. */
test('two generators share a run from an archive: each socket once', async () => {
  const [archive, env] = [join(folder, 'steady-room.tar'), envOf({ PLAZA_K6_NAME: 'shared' })];
  await archiveK6({ k6, scenario: 'steady-room', env: { ...env, PLAZA_K6_KEY: 'told-by-the-generator' } }, archive);
  const segments = (['0:1/2', '1/2:1'] as const).map((segment, number) =>
    runK6({ k6, scenario: 'steady-room', env, out: join(folder, `part-${number}`), timeoutMs: 60_000, archive, segment }),
  );
  const results = await Promise.all(segments);
  expect(results.flatMap(broken)).toEqual([]);
  const joined = results.map(({ summary }) => summary?.metrics['plaza_joined']?.values['passes'] ?? 0);
  expect(joined[0]! + joined[1]!).toBe(Number(small.PLAZA_K6_SOCKETS) + Math.ceil(Number(small.PLAZA_K6_RATE) / 10));
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

/** The swarm's processes run what was built. */
const rehearse = fileURLToPath(new URL('../../dist/rehearse/main.js', import.meta.url));
const words = (given: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);

test('a rehearsal on a named cluster loses an edge and a holder, and nothing else', async () => {
  const { cluster, tokenSecret } = started();
  const kill = (id: string): string => `kill -9 ${cluster.processes.find((process) => process.id === id)?.pid}`;
  const { api, apiKey } = cluster.ready;
  const target = {
    url: cluster.connectUrls.join(','),
    api,
    'token-secret': tokenSecret,
    'kill-edge': kill('edge-1'),
    'kill-holder': kill('room-state-1'),
  };
  const size = { viewers: 60, rate: 10, 'join-rate': 60, minutes: 0.5, lag: 5000, pause: 20_000, mix: 6, out: folder };
  const child = spawn(process.execPath, [rehearse, '--yes', ...words({ ...target, ...size })], {
    env: { ...process.env, PLAZA_K6_KEY: apiKey },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (part: Buffer) => (told += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, told]).toEqual([0, expect.stringContaining('kept      lost: nothing lost, nothing twice: 0 broken chains')]);
  const { run } = JSON.parse(readFileSync(join(folder, 'verdict.json'), 'utf8')) as { run: Rehearsal };
  expect(run.marks.map(({ what }) => what)).toEqual(['an edge is killed', 'a holder is killed']);
  expect(run.samples.flatMap(({ pausesMs }) => pausesMs).length).toBeGreaterThanOrEqual(25);
  expect(readFileSync(join(folder, 'verdict.html'), 'utf8')).toContain('>fits</span>');
});
