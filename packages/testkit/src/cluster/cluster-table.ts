import type { Cluster } from './start-cluster.js';
import { rssOf } from './service-process.js';

export interface ClusterRow {
  readonly process: string;
  readonly pid: number;
  /** host:port on which it serves. */
  readonly port: string;
  readonly probes: string;
  readonly state: string;
  readonly rssBytes: number;
}

/** Engines first, then services in the order of their start, as they are now. */
export async function clusterRows({ engines, processes }: Pick<Cluster, 'engines' | 'processes'>): Promise<ClusterRow[]> {
  const own = processes.map(async (service) => ({
    process: service.id,
    pid: service.pid,
    port: String(service.port),
    probes: service.probeUrl,
    state: await service.state(),
    rssBytes: service.rss(),
  }));
  return [...engineRows(engines), ...(await Promise.all(own))];
}

function engineRows({ nats, redis, cassandra }: Cluster['engines']): ClusterRow[] {
  const row = (process: string, { pid, port }: { pid: number; port: number }, probes = ''): ClusterRow => {
    return { process, pid, port: String(port), probes, state: pid === 0 ? 'down' : 'up', rssBytes: rssOf(pid) };
  };
  const natsRows = (nats?.servers ?? []).map((server) => row(`nats ${server.name}`, server, `http://127.0.0.1:${server.monitorPort}`));
  const redisRows = redis === undefined ? [] : [row('redis', redis)];
  const cassandraRows =
    cassandra !== undefined && 'pid' in cassandra ? [row('cassandra', cassandra as unknown as { pid: number; port: number })] : [];
  return [...natsRows, ...redisRows, ...cassandraRows];
}

const heads = ['process', 'pid', 'port', 'probes', 'health', 'memory'];

/** The rows as lines of text, columns aligned. */
export function tableText(rows: readonly ClusterRow[]): string {
  const cells = rows.map((row) => [row.process, String(row.pid), row.port, row.probes, row.state, megabytes(row.rssBytes)]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (parts: readonly string[]): string =>
    `  ${parts.map((part, column) => part.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [line(heads), ...cells.map(line)].join('\n');
}

const megabytes = (bytes: number): string => (bytes === 0 ? '' : `${Math.round(bytes / 1_048_576)} MB`);
