import { lookup } from 'node:dns/promises';
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

/**
 * One Cassandra host, by the tables in which it describes itself. It is looked up again after every failure: the driver keeps to the address that it found
 * first, and where pods have names their addresses change.
 */
export class CassandraHost implements Engine {
  readonly engine = 'cassandra';
  #client: Client | undefined;

  constructor(
    /** A client that asks this address (host:port) and no other. */
    private readonly open: (address: string) => Client,
    readonly server: string,
  ) {}

  async read(): Promise<readonly Sample[]> {
    const client = (this.#client ??= this.open(await addressOf(this.server)));
    try {
      return cassandraSamples(await viewsOf(client));
    } catch (error) {
      if (this.#client === client) this.close();
      throw error;
    }
  }

  close(): void {
    void this.#client?.shutdown().catch(() => undefined);
    this.#client = undefined;
  }
}

/** cassandra-0.cassandra:9042 -> 10.0.0.7:9042 */
async function addressOf(server: string): Promise<string> {
  const { hostname, port } = new URL(`cql://${server}`);
  const { address, family } = await lookup(hostname.replaceAll(/[[\]]/g, ''));
  return `${family === 6 ? `[${address}]` : address}:${port}`;
}

async function viewsOf(client: Client): Promise<CassandraViews> {
  const names = Object.keys(queries) as (keyof typeof queries)[];
  const answers = await Promise.all(
    names.map(async (name) => {
      const { rows } = await client.execute(queries[name], [], { prepare: false, fetchSize: 5000 });
      return [name, rows] as const;
    }),
  );
  return Object.fromEntries(answers) as unknown as CassandraViews;
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
