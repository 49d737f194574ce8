import { expect, test } from '@jest/globals';
import { readConfig } from '@plaza/kit';
import { eventually, freePort } from '@plaza/testkit';
import { startCassandra } from '@plaza/testkit/engines';
import { composeExporter } from './compose.js';
import { engineExporterTable, type ExporterConfig } from './config.js';

test('a Cassandra host is asked by its name, as a manifest has it', async () => {
  const cassandra = await startCassandra();
  const port = cassandra.hosts[0]?.split(':')[1];
  const probePort = await freePort();
  const env = {
    PLAZA_PROBE_PORT: String(probePort),
    PLAZA_NATS_MONITORS: '',
    PLAZA_REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    PLAZA_CASSANDRA_HOSTS: `localhost:${port}`,
    PLAZA_LOG_LEVEL: 'fatal',
  };
  const read = readConfig(engineExporterTable, env) as { config: ExporterConfig };
  const { service } = await composeExporter(read.config);
  await service.start();
  try {
    await eventually(
      async () => {
        const text = await (await fetch(`http://127.0.0.1:${probePort}/metrics`)).text();
        expect(text).toMatch(new RegExp(`^plaza_engine_up\\{engine="cassandra",server="localhost:${port}",.*\\} 1$`, 'm'));
      },
      { timeoutMs: 15_000 },
    );
  } finally {
    await service.stop();
    await cassandra.stop();
  }
}, 120_000);
