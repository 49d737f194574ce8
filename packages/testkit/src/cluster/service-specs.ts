import { hashApiKey, type DevelopmentSecrets } from '@plaza/kit';
import type { ClusterEngines } from './cluster-engines.js';
import type { ServiceKind, ServiceSpec } from './service-process.js';

export interface Surroundings {
  readonly engines: ClusterEngines;
  readonly secrets: DevelopmentSecrets;
  readonly logLevel: string;
  /** For every process, over what is set here. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly logFolder: string;
  readonly guard: ServiceSpec['guard'];
}

const host = '127.0.0.1';

/** Specifications of the processes; the variables are those of the services' own tables. */
export class ServiceSpecs {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  roomState(number: number): ServiceSpec {
    const { redisUrl } = this.#around.engines;
    return this.#spec('room-state', number, (port) => ({ ...grpcAt(port), ...this.#cassandra(), PLAZA_REDIS_URL: redisUrl }));
  }

  history(): ServiceSpec {
    return this.#spec('history', 1, (port) => ({ ...grpcAt(port), ...this.#cassandra() }));
  }

  metrics(): ServiceSpec {
    const { redisUrl } = this.#around.engines;
    return this.#spec('metrics', 1, (port) => ({ ...grpcAt(port), PLAZA_REDIS_URL: redisUrl }));
  }

  edge(number: number, historyPort: number): ServiceSpec {
    return this.#spec('edge', number, (port) => ({
      PLAZA_EDGE_HOST: host,
      PLAZA_EDGE_PORT: String(port),
      PLAZA_EDGE_PUBLIC_URL: connectUrlAt(port),
      PLAZA_HISTORY_ADDRESS: `${host}:${historyPort}`,
    }));
  }

  api(number: number, historyPort: number, metricsPort: number): ServiceSpec {
    return this.#spec('api', number, (port) => ({
      ...this.#cassandra(),
      PLAZA_REDIS_URL: this.#around.engines.redisUrl,
      PLAZA_API_HOST: host,
      PLAZA_API_PORT: String(port),
      PLAZA_API_KEYS: hashApiKey(this.#around.secrets.apiKey),
      PLAZA_HISTORY_ADDRESS: `${host}:${historyPort}`,
      PLAZA_METRICS_ADDRESS: `${host}:${metricsPort}`,
      PLAZA_DEMO: 'true',
    }));
  }

  #spec(kind: ServiceKind, number: number, own: (port: number) => Readonly<Record<string, string>>): ServiceSpec {
    const { folder, logFolder, guard, env } = this.#around;
    return { kind, id: `${kind}-${number}`, folder, logFolder, guard, env: (port) => ({ ...this.#common(), ...own(port), ...env }) };
  }

  #common(): Readonly<Record<string, string>> {
    const { engines, secrets, logLevel } = this.#around;
    const replicas = engines.nats?.servers.length === 3 ? { PLAZA_NATS_REPLICAS: '3' } : {};
    return {
      PLAZA_LOG_LEVEL: logLevel,
      PLAZA_TOKEN_SECRET: secrets.tokenSecret,
      PLAZA_NATS_SERVERS: engines.natsUrls.join(','),
      ...replicas,
    };
  }

  #cassandra(): Readonly<Record<string, string>> {
    const { cassandraHosts, keyspace } = this.#around.engines;
    return { PLAZA_CASSANDRA_HOSTS: cassandraHosts.join(','), PLAZA_CASSANDRA_KEYSPACE: keyspace };
  }
}

const grpcAt = (port: number): Readonly<Record<string, string>> => ({ PLAZA_GRPC_HOST: host, PLAZA_GRPC_PORT: String(port) });
export const connectUrlAt = (port: number): string => `ws://${host}:${port}/v1/connect`;
