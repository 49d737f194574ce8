import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@plaza/testkit';
import type { ClusterEngines } from '@plaza/testkit/cluster';
import { httpBody, Keeper, ServerProcess } from '@plaza/testkit/engines';

const ownMain = fileURLToPath(new URL('../../services/engine-exporter/dist/main.js', import.meta.url));
const startMs = 20_000;

export interface Exporter {
  /** Where it is scraped: host:port. */
  readonly target: string;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** An engine-exporter on the engines of a cluster, as a process of this work tree's build or of another `main`; resolves when it serves. */
export async function startExporter(engines: ClusterEngines, main = ownMain): Promise<Exporter> {
  const keeper = new Keeper();
  const port = await freePort();
  const target = `127.0.0.1:${port}`;
  const process = new ServerProcess({
    name: 'engine-exporter',
    command: globalThis.process.execPath,
    args: [main],
    folder: join(keeper.folder, 'exporter'),
    env: {
      PLAZA_PROBE_PORT: String(port),
      PLAZA_NATS_MONITORS: (engines.nats?.servers ?? []).map(({ monitorPort }) => `http://127.0.0.1:${monitorPort}`).join(','),
      PLAZA_REDIS_URL: engines.redisUrl,
      PLAZA_CASSANDRA_HOSTS: engines.cassandraHosts.join(','),
    },
    answers: () => httpBody(`http://${target}/readyz`),
    startMs,
    guard: keeper.guard,
  });
  const stop = async (): Promise<void> => {
    await process.stop();
    await keeper.close();
  };
  await process.start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { target, process, stop };
}
