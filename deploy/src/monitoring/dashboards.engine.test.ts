import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';
import { promtool, startPrometheus, type PrometheusEngine } from '@plaza/testkit/engines';
import { startExporter, type Exporter } from '../exporter.js';
import { alerts } from './alerts.js';
import { dashboards } from './dashboard.js';
import { startLoad } from './load.js';
import { prometheusFile } from './prometheus.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const rules = join(root, 'deploy', 'monitoring', 'prometheus');

let cluster: Cluster;
let exporter: Exporter;
let prometheus: PrometheusEngine;
let load: Awaited<ReturnType<typeof startLoad>>;

beforeAll(async () => {
  cluster = await startCluster({ edges: 2, holders: 2, env: { PLAZA_SHARDS: '16', PLAZA_STREAMS: '2', PLAZA_WEBHOOK_PRIVATE: 'true' } });
  exporter = await startExporter(cluster.engines);
  const kinds = [...new Set(cluster.processes.map(({ kind }) => kind))];
  const probes = (kind: string): string[] =>
    cluster.processes.filter((one) => one.kind === kind).map(({ probeUrl }) => new URL(probeUrl).host);
  const own = Object.fromEntries(kinds.map((kind) => [`plaza-${kind}`, probes(kind)]));
  const targets = { ...own, 'plaza-engine-exporter': [exporter.target] };
  prometheus = await startPrometheus(prometheusFile({ targets, intervalSeconds: 1, ruleFiles: [join(rules, 'alerts.yaml')] }));
  load = await startLoad(cluster);
});
afterAll(async () => {
  await load.stop();
  await prometheus.stop();
  await exporter.stop();
  await cluster.stop();
});

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[];
  };
}
const query = async (expr: string): Promise<Answer['data']['result']> => {
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  const answer = (await response.json()) as Answer;
  if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
  return answer.data.result;
};

/** No series, or only such as say nothing. */
async function isEmpty(expr: string): Promise<boolean> {
  const result = await query(expr.replaceAll('$__rate_interval', '20s'));
  return result.filter(({ value }) => Number.isFinite(Number(value[1]))).length === 0;
}

const panels = dashboards.flatMap(({ uid, rows }) => rows.flatMap((row) => row.panels.map((panel) => ({ uid, panel }))));

test('every query of every panel has data on a loaded cluster', async () => {
  const left = new Map(
    panels.flatMap(({ uid, panel }) => panel.queries.map(({ expr }) => [`${uid}, ${panel.title}: ${expr}`, expr] as const)),
  );
  expect(left.size).toBeGreaterThan(90);
  expect(await isEmpty('plaza_edge_there_is_no_such_figure')).toBe(true);
  await eventually(
    async () => {
      for (const [name, expr] of [...left]) if (!(await isEmpty(expr))) left.delete(name);
      expect([...left.keys()]).toEqual([]);
    },
    { timeoutMs: 70_000, everyMs: 1000 },
  );
}, 90_000);

test('every figure that an alert looks at is one that is told', async () => {
  const names = new Set(alerts.flatMap(({ expr }) => expr.match(/\b(plaza|nodejs)_[a-z0-9_]+/g) ?? []).filter((name) => !/_$/.test(name)));
  expect(names.size).toBeGreaterThan(15);
  const known = ((await (await fetch(`${prometheus.url}/api/v1/metadata`)).json()) as { data: Record<string, unknown> }).data;
  expect([...names].filter((name) => known[name.replace(/_bucket$/, '')] === undefined)).toEqual([]);
});

test('the rules are sound, each alert fires where it should and is silent where not', async () => {
  expect(await promtool('check', 'rules', join(rules, 'alerts.yaml'))).toContain(`${alerts.length} rules found`);
  await promtool('test', 'rules', join(rules, 'alerts.test.yaml'));
});

test('the commands of the runbooks are there', async () => {
  const folder = join(root, 'docs', 'operations', 'runbooks');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const commands = new Set(texts.flatMap((text) => [...text.matchAll(/`plaza ([a-z]+(?: [a-z-]+)?)/g)].map(([, words]) => words!)));
  expect(commands.size).toBeGreaterThan(4);
  for (const words of commands) {
    const code = await new Promise((resolve) => {
      execFile(process.execPath, [join(root, 'packages', 'cli', 'dist', 'main.js'), ...words.split(' '), '--help'], (error) =>
        resolve(error?.code ?? 0),
      );
    });
    expect([words, code]).toEqual([words, 0]);
  }
});

test('a process and an engine that went away are alerts', async () => {
  const [edge] = cluster.processes.filter(({ kind }) => kind === 'edge');
  await edge?.kill();
  await cluster.engines.redis?.kill();
  const active = async (): Promise<string[]> => {
    const answer = (await (await fetch(`${prometheus.url}/api/v1/alerts`)).json()) as {
      data: { alerts: { labels: { alertname: string } }[] };
    };
    return answer.data.alerts.map(({ labels }) => labels.alertname);
  };
  await eventually(async () => expect(await active()).toEqual(expect.arrayContaining(['PlazaProcessDown', 'PlazaEngineDown'])), {
    timeoutMs: 20_000,
  });
});
