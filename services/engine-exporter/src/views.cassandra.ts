import type { Client } from 'cassandra-driver';
import type { Engine, Sample } from './engine.js';

type Row = Readonly<Record<string, unknown>>;

export interface CassandraViews {
  readonly clients: readonly Row[];
  readonly pools: readonly Row[];
  readonly disks: readonly Row[];
  readonly writes: readonly Row[];
  readonly reads: readonly Row[];
}

/** Virtual tables are a host's own, so there is a client a host. */
const queries = {
  clients: 'SELECT address FROM system_views.clients',
  pools: 'SELECT name, active_tasks, pending_tasks, blocked_tasks_all_time FROM system_views.thread_pools',
  disks: 'SELECT keyspace_name, mebibytes FROM system_views.disk_usage',
  writes: 'SELECT keyspace_name, p99th_ms FROM system_views.coordinator_write_latency',
  reads: 'SELECT keyspace_name, p99th_ms FROM system_views.coordinator_read_latency',
} as const;

/** One Cassandra host, by the tables in which it describes itself. */
export class CassandraHost implements Engine {
  readonly engine = 'cassandra';

  constructor(
    private readonly client: Client,
    readonly server: string,
  ) {}

  async read(): Promise<readonly Sample[]> {
    const names = Object.keys(queries) as (keyof typeof queries)[];
    const answers = await Promise.all(
      names.map(async (name) => {
        const { rows } = await this.client.execute(queries[name], [], { prepare: false, fetchSize: 5000 });
        return [name, rows] as const;
      }),
    );
    return cassandraSamples(Object.fromEntries(answers) as unknown as CassandraViews);
  }

  close(): void {
    void this.client.shutdown().catch(() => undefined);
  }
}

export function cassandraSamples({ clients, pools, disks, writes, reads }: CassandraViews): Sample[] {
  return [
    { figure: 'cassandra_clients', value: clients.length },
    ...pools.flatMap((row): Sample[] => {
      const labels = { pool: String(row['name']) };
      return [
        { figure: 'cassandra_pool_active', labels, value: Number(row['active_tasks']) },
        { figure: 'cassandra_pool_pending', labels, value: Number(row['pending_tasks']) },
        { figure: 'cassandra_pool_blocked_total', labels, value: Number(row['blocked_tasks_all_time']) },
      ];
    }),
    ...byKeyspace('cassandra_disk_bytes', disks, 'mebibytes', 1_048_576, (a, b) => a + b),
    ...byKeyspace('cassandra_write_p99_seconds', writes, 'p99th_ms', 0.001, Math.max),
    ...byKeyspace('cassandra_read_p99_seconds', reads, 'p99th_ms', 0.001, Math.max),
  ];
}

function byKeyspace(
  figure: Sample['figure'],
  rows: readonly Row[],
  column: string,
  unit: number,
  join: (a: number, b: number) => number,
): Sample[] {
  const values = new Map<string, number>();
  for (const row of rows) {
    const value = Number(row[column] ?? 0) * unit;
    const keyspace = String(row['keyspace_name']);
    values.set(keyspace, join(values.get(keyspace) ?? 0, Number.isFinite(value) ? value : 0));
  }
  return [...values].map(([keyspace, value]) => ({ figure, labels: { keyspace }, value }));
}
