import type { cassandraConfig, ConfigOf } from '@plaza/kit';
import { createCassandra, prepareKeyspace } from '@plaza/kit/cassandra';
import type { Client, types } from 'cassandra-driver';
import type { TablePlaces, Tables } from './engines.js';

type Config = ConfigOf<typeof cassandraConfig>;

/** A store of theirs may have none of these yet: a cluster that never took a snapshot, or never audited. */
const cursors = [
  { reader: 'history', table: 'reader_cursors', query: 'SELECT stream, sequence FROM reader_cursors' },
  { reader: 'audit', table: 'audit_heads', query: 'SELECT chain AS stream, sequence FROM audit_heads' },
];
const manifestTable = 'snapshot_manifests';

/** What the tables of history, audit and snapshots say of the log. */
export class CassandraTables implements Tables {
  private constructor(
    private readonly client: Client,
    private readonly config: Config,
  ) {}

  static async open(config: Config): Promise<CassandraTables> {
    const client = createCassandra(config, false);
    try {
      await client.connect();
      return new CassandraTables(client, config);
    } catch (error) {
      await client.shutdown();
      throw error;
    }
  }

  get keyspace(): string {
    return this.config.cassandraKeyspace;
  }

  async places(): Promise<TablePlaces | undefined> {
    const { rows } = await this.#run('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [this.keyspace]);
    const there = new Set(rows.map((row) => row.get('table_name') as string));
    if (there.size === 0) return undefined;
    const readers: TablePlaces['readers'][number][] = [];
    for (const { reader, table, query } of cursors) {
      if (!there.has(table)) continue;
      for (const row of (await this.#run(query.replace(table, `${this.keyspace}.${table}`))).rows)
        readers.push({ reader, stream: row.get('stream') as number, through: Number(row.get('sequence')) });
    }
    return { readers, snapshots: there.has(manifestTable) ? await this.#snapshots() : [] };
  }

  make(statements: readonly string[]): Promise<void> {
    return prepareKeyspace(this.config, statements);
  }

  close(): Promise<void> {
    return this.client.shutdown();
  }

  async #snapshots(): Promise<TablePlaces['snapshots'][number][]> {
    const query = `SELECT shard, sequence, id, chunks FROM ${this.keyspace}.${manifestTable} PER PARTITION LIMIT 1`;
    const found: TablePlaces['snapshots'][number][] = [];
    for (const row of (await this.#run(query)).rows) {
      const [shard, id, chunks] = [row.get('shard') as number, row.get('id') as string, row.get('chunks') as number];
      const asked = await this.#run(`SELECT chunk_index FROM ${this.keyspace}.snapshot_chunks WHERE shard = ? AND id = ?`, [shard, id]);
      const there = new Set(asked.rows.map((chunk) => chunk.get('chunk_index') as number));
      const lacks = Array.from({ length: chunks }, (_, index) => index).filter((index) => !there.has(index));
      found.push({ shard, sequence: Number(row.get('sequence')), lacks });
    }
    return found;
  }

  /** Whole results: a row a stream or a shard, no more than some thousands. */
  #run(query: string, parameters: unknown[] = []): Promise<types.ResultSet> {
    return this.client.execute(query, parameters, { prepare: true, fetchSize: 100_000 });
  }
}
