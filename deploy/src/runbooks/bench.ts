import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from '@plaza/testkit';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';
import { startPrometheus } from '@plaza/testkit/engines';
import { startExporter } from '../exporter.js';
import { alerts } from '../monitoring/alerts.js';
import { startLoad } from '../monitoring/load.js';
import { prometheusFile } from '../monitoring/prometheus.js';

const cli = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));
const commandMs = 30_000;

/** Small limits, so that what takes hours elsewhere takes seconds. */
const env = {
  PLAZA_SHARDS: '32',
  PLAZA_STREAMS: '1',
  PLAZA_LOG_MAX_BYTES: String(4 * 1_048_576),
  PLAZA_SNAPSHOT_MS: '10000',
  PLAZA_EDGE_MAX_CONNECTIONS: '64',
  PLAZA_WEBHOOK_PRIVATE: 'true',
};

/** A loaded cluster with three NATS servers, watched by a Prometheus. */
export interface Bench {
  readonly cluster: Cluster;
  /** Resolves with what the alert's expression gives as soon as that is something. The time that it has to hold (`for`) is not waited for. */
  holds(alert: string, timeoutMs?: number): Promise<string>;
  /** What a query gives, a line a series. */
  ask(expr: string): Promise<string[]>;
  /** What the plaza command prints; waits until that is as `says`. */
  plaza(command: string, says: RegExp): Promise<string>;
  stop(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const cluster = await startCluster({ edges: 2, holders: 2, natsServers: 3, ownCassandra: true, env });
    stops.push(() => cluster.stop());
    const exporter = await startExporter(cluster.engines);
    stops.push(() => exporter.stop());
    const prometheus = await startPrometheus(
      prometheusFile({ targets: { ...targets(cluster), 'plaza-engine-exporter': [exporter.target] }, intervalSeconds: 1, ruleFiles: [] }),
    );
    stops.push(() => prometheus.stop());
    const load = await startLoad(cluster);
    stops.push(() => load.stop());
    const ask = asker(prometheus.url);
    return { cluster, ask, holds: holder(ask), plaza: plazaOn(cluster), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The probes of each kind of process, by the name of its job. */
export function targets({ processes }: Cluster): Record<string, string[]> {
  const jobs: Record<string, string[]> = {};
  for (const { kind, probeUrl } of processes) (jobs[`plaza-${kind}`] ??= []).push(new URL(probeUrl).host);
  return jobs;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[];
  };
}

const asker =
  (url: string) =>
  async (expr: string): Promise<string[]> => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`, { signal: AbortSignal.timeout(commandMs) });
    const answer = (await response.json()) as Answer;
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => `${labelled(metric)}${rounded(value[1])}`);
  };

const rounded = (value: string): string => String(Math.round(Number(value) * 1000) / 1000);
const labelled = ({ __name__: _, service: __, ...labels }: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value} `)
    .join('');

const holder =
  (ask: Bench['ask']) =>
  async (name: string, timeoutMs = 30_000): Promise<string> => {
    const expr = alerts.find(({ alert }) => alert === name)?.expr;
    if (expr === undefined) throw new Error(`there is no alert ${name}`);
    const look = async (): Promise<string> => {
      const found = await ask(expr);
      if (found.length === 0) throw new Error(`${expr} gives nothing`);
      return found.slice(0, 3).join('; ');
    };
    return await eventually(look, { timeoutMs, everyMs: 500 });
  };

const plazaOn =
  ({ ready }: Cluster): Bench['plaza'] =>
  (command, says) =>
    eventually(
      async () => {
        const said = await printed([...command.split(' '), '--url', ready.api, '--yes'], ready.apiKey);
        const [found] = says.exec(said) ?? [];
        if (found === undefined) throw new Error(`plaza ${command} says ${said}`);
        return found;
      },
      { timeoutMs: commandMs, everyMs: 1000 },
    );

/** Both of its outputs, whatever its exit code. */
const printed = (args: readonly string[], key: string): Promise<string> =>
  new Promise((resolve) => {
    const env = { ...process.env, PLAZA_API_KEY: key };
    execFile(process.execPath, [cli, ...args], { env, timeout: commandMs }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
