import { causeOf, createLogger, createRegistry, withProbes, type Logger, type Service } from '@plaza/kit';
import { createCassandra } from '@plaza/kit/cassandra';
import { connectRedis } from '@plaza/kit/redis';
import type { ExporterConfig } from './config.js';
import type { Engine } from './engine.js';
import { exposeEngines } from './figures.prom.js';
import { RedisInfo } from './info.redis.js';
import { NatsMonitor } from './nats.js';
import { CassandraHost } from './views.cassandra.js';

/** An exporter on the engines of its settings; it serves whether they answer or not. */
export function composeExporter(config: ExporterConfig): Promise<{ service: Service; logger: Logger }> {
  const logger = createLogger('engine-exporter', config.logLevel);
  const registry = createRegistry('engine-exporter');
  const engines = enginesOf(config, logger);
  const away = ({ engine, server }: Engine, error: unknown): void =>
    logger.warn({ event: 'engine-away', engine, server, cause: causeOf(error) });
  exposeEngines(registry, engines, away);
  const service = {
    start: () => Promise.resolve(),
    drain: () => Promise.resolve(),
    stop: () => Promise.resolve(engines.forEach((engine) => engine.close())),
    health: () => ({ ok: true, detail: {} }),
    ready: () => ({ ok: true, detail: { engines: engines.length } }),
  };
  return Promise.resolve({ service: withProbes(service, registry, config.probeHost, config.probePort), logger });
}

function enginesOf(config: ExporterConfig, logger: Logger): Engine[] {
  const redis = connectRedis(config, (error) => logger.debug({ event: 'redis', cause: causeOf(error) }));
  redis.connect().catch((error: unknown) => logger.warn({ event: 'redis-away', cause: causeOf(error) }));
  return [
    ...config.natsMonitors.map((url) => new NatsMonitor(url)),
    new RedisInfo(redis, new URL(config.redisUrl).host),
    ...config.cassandraHosts.map((host) => new CassandraHost((address) => createCassandra(config, false, address), host)),
  ];
}
