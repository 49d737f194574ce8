import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cassandraConfig, readConfig } from '@plaza/kit';
import { createCassandra } from '@plaza/kit/cassandra';
import { freePort } from '../free-port.js';
import { locked } from './cache.js';
import { javaArguments, nodetoolArguments, writeSettings, type CassandraPlace } from './cassandra-settings.js';
import { findCassandra } from './find-cassandra.js';
import { guardOf, Keeper } from './keeper.js';
import { ServerProcess, type Guard } from './server-process.js';

export interface CassandraEngine {
  /** host:port of each node. */
  readonly hosts: string[];
  readonly datacenter: 'datacenter1';
  readonly found: string;
  stop(): Promise<void>;
}

/** One that is its caller's alone, to be killed and started at will. */
export interface OwnCassandra extends CassandraEngine {
  readonly pid: number;
  readonly port: number;
  /** Its `data/<keyspace>/<table>-<id>` have the files of its tables. */
  readonly dataFolder: string;
  /** The command line of nodetool for this node, to be followed by what it is to do. */
  readonly nodetool: readonly string[];
  kill(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
}

export interface CassandraOptions {
  /** Kept after stop; default: a temporary folder. */
  readonly dataFolder?: string;
  readonly heapMb?: number;
}

const datacenter = 'datacenter1';
const startMs = 90_000;
const attempts = 2;
/** Each test file leaves some twenty tables behind: with 320 MB the node ran out of memory after 25 files. */
const sharedHeapMb = 1024;

/** A keyspace name that no other test uses. */
export const freshKeyspace = (): string => `t_${randomBytes(8).toString('hex')}`;

/**
 * A Cassandra for tests that keep to a keyspace of their own: the one named by PLAZA_TEST_CASSANDRA_HOSTS; inside a jest run one that all test
 * files of the run share (its stop does nothing: it ends with the run); elsewhere one of the caller's own. Throws EngineMissing.
 */
export async function startCassandra(): Promise<CassandraEngine> {
  const named = process.env['PLAZA_TEST_CASSANDRA_HOSTS'];
  if (named) return shared(named.split(','), 'Cassandra named by PLAZA_TEST_CASSANDRA_HOSTS');
  const run = process.env['PLAZA_TEST_RUN'];
  return run === undefined ? await startOwnCassandra() : await startShared(run);
}

const shared = (hosts: string[], found: string): CassandraEngine => ({ hosts, datacenter, found, stop: () => Promise.resolve() });

function startShared(run: string): Promise<CassandraEngine> {
  const address = join(run, 'cassandra.json');
  return locked(join(run, 'cassandra.lock'), async () => {
    if (existsSync(address)) {
      const { hosts, found } = JSON.parse(await readFile(address, 'utf8')) as { hosts: string[]; found: string };
      return shared(hosts, found);
    }
    const { server, place, found } = await startNode(join(run, 'cassandra'), sharedHeapMb, guardOf(run));
    const hosts = [`127.0.0.1:${place.port}`];
    await writeFile(address, JSON.stringify({ hosts, found, pid: server.pid }));
    return shared(hosts, found);
  });
}

/** One of the caller's own; 10 s and 640 MB. Throws EngineMissing. */
export async function startOwnCassandra({ dataFolder, heapMb = 320 }: CassandraOptions = {}): Promise<OwnCassandra> {
  const keeper = new Keeper();
  try {
    const node = await startNode(dataFolder ?? join(keeper.folder, 'cassandra'), heapMb, keeper.guard);
    return ownView(node, keeper);
  } catch (error) {
    await keeper.close();
    throw error;
  }
}

interface Node {
  readonly server: ServerProcess;
  readonly place: CassandraPlace;
  readonly nodetool: readonly string[];
  readonly found: string;
}

const ownView = ({ server, place, nodetool, found }: Node, keeper: Keeper): OwnCassandra => ({
  hosts: [`127.0.0.1:${place.port}`],
  datacenter,
  found,
  nodetool,
  dataFolder: join(place.folder, 'data'),
  port: place.port,
  get pid() {
    return server.pid;
  },
  kill: (signal) => server.kill(signal),
  start: () => server.start(),
  async stop() {
    await server.stop();
    await keeper.close();
  },
});

async function startNode(folder: string, heapMb: number, guard: Guard): Promise<Node> {
  const { java, libraries, found } = await findCassandra();
  for (let attempt = 1; ; attempt++) {
    const place = { folder, heapMb, port: await freePort(), storagePort: await freePort(), managementPort: await freePort() };
    writeSettings(place);
    const answers = (): Promise<void> => answersQueries(place.port);
    const server = new ServerProcess({
      name: 'cassandra',
      command: java,
      args: javaArguments(place, libraries),
      folder,
      answers,
      startMs,
      guard,
    });
    try {
      await server.start();
      return { server, place, found, nodetool: [java, ...nodetoolArguments(place, libraries)] };
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

/** An open port is not enough: the first query has to be answered. */
async function answersQueries(port: number): Promise<void> {
  const read = readConfig(cassandraConfig, { PLAZA_CASSANDRA_HOSTS: `127.0.0.1:${port}` });
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const client = createCassandra(read.config, false);
  try {
    await client.connect();
    await client.execute('SELECT release_version FROM system.local', [], { prepare: false });
  } finally {
    await client.shutdown();
  }
}
