import { hashApiKey, type DevelopmentSecrets } from '@plaza/kit';
import type { Link } from '../engines/link.js';
import type { ClusterEngines } from './cluster-engines.js';
import type { ServiceKind, ServiceProcess, ServiceSpec } from './service-process.js';

export interface Surroundings {
  readonly engines: ClusterEngines;
  readonly secrets: DevelopmentSecrets;
  readonly logLevel: string;
  /** For every process, over what is set here. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly logFolder: string;
  readonly guard: ServiceSpec['guard'];
  readonly link: Link;
  /** Other mains than those of this work tree's build. */
  readonly mains: Readonly<Partial<Record<ServiceKind, string>>>;
}

type Variables = Readonly<Record<string, string>>;

const host = '127.0.0.1';

/** Specifications of the processes; the variables are those of the services' own tables. */
export class ServiceSpecs {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  roomState(number: number): ServiceSpec {
    return this.#spec('room-state', number, async (port, id) => ({
      ...grpcAt(port),
      PLAZA_GRPC_ADDRESS: await this.#around.link('', id, `${host}:${port}`),
      ...(await this.#cassandra(id)),
      ...(await this.#redis(id)),
    }));
  }

  history(number: number): ServiceSpec {
    return this.#spec('history', number, async (port, id) => ({ ...grpcAt(port), ...(await this.#cassandra(id)) }));
  }

  metrics(number: number): ServiceSpec {
    return this.#spec('metrics', number, async (port, id) => ({
      ...grpcAt(port),
      ...(await this.#cassandra(id)),
      ...(await this.#redis(id)),
    }));
  }

  edge(number: number, histories: readonly ServiceProcess[]): ServiceSpec {
    return this.#spec('edge', number, async (port, id) => ({
      PLAZA_EDGE_HOST: host,
      PLAZA_EDGE_PORT: String(port),
      PLAZA_EDGE_PUBLIC_URL: connectUrlAt(await this.#around.link('', id, `${host}:${port}`)),
      PLAZA_HISTORY_ADDRESS: await this.#target(id, histories),
    }));
  }

  api(number: number, histories: readonly ServiceProcess[], metrics: readonly ServiceProcess[]): ServiceSpec {
    return this.#spec('api', number, async (port, id) => ({
      ...(await this.#cassandra(id)),
      ...(await this.#redis(id)),
      PLAZA_API_HOST: host,
      PLAZA_API_PORT: String(port),
      PLAZA_API_KEYS: hashApiKey(this.#around.secrets.apiKey),
      PLAZA_HISTORY_ADDRESS: await this.#target(id, histories),
      PLAZA_METRICS_ADDRESS: await this.#target(id, metrics),
      PLAZA_DEMO: 'true',
    }));
  }

  #spec(kind: ServiceKind, number: number, own: (port: number, id: string) => Promise<Variables>): ServiceSpec {
    const { folder, logFolder, guard, env, mains } = this.#around;
    const id = `${kind}-${number}`;
    const all = async (port: number): Promise<Variables> => ({ ...(await this.#common(id)), ...(await own(port, id)), ...env });
    return { kind, id, folder, logFolder, guard, main: mains[kind], env: all };
  }

  async #common(id: string): Promise<Variables> {
    const { engines, secrets, logLevel } = this.#around;
    const replicas = engines.nats?.servers.length === 3 ? { PLAZA_NATS_REPLICAS: '3' } : {};
    const servers = engines.natsUrls.map((url, index) => this.#around.link(id, engines.nats?.servers[index]?.name ?? 'nats', url));
    return {
      PLAZA_LOG_LEVEL: logLevel,
      PLAZA_TOKEN_SECRET: secrets.tokenSecret,
      PLAZA_NATS_SERVERS: (await Promise.all(servers)).join(','),
      ...replicas,
    };
  }

  async #cassandra(id: string): Promise<Variables> {
    const { cassandraHosts, keyspace } = this.#around.engines;
    const hosts = await Promise.all(cassandraHosts.map((address) => this.#around.link(id, 'cassandra', address)));
    return { PLAZA_CASSANDRA_HOSTS: hosts.join(','), PLAZA_CASSANDRA_KEYSPACE: keyspace };
  }

  async #redis(id: string): Promise<Variables> {
    const { redisUrl } = this.#around.engines;
    const url = new URL(redisUrl);
    url.host = await this.#around.link(id, 'redis', url.host);
    return { PLAZA_REDIS_URL: url.href };
  }

  /** What gRPC takes as one target: an address, or several of which it picks one that answers. */
  async #target(id: string, services: readonly ServiceProcess[]): Promise<string> {
    const addresses = await Promise.all(services.map((service) => this.#around.link(id, service.id, `${host}:${service.port}`)));
    return addresses.length === 1 ? (addresses[0] as string) : `ipv4:${addresses.join(',')}`;
  }
}

const grpcAt = (port: number): Variables => ({ PLAZA_GRPC_HOST: host, PLAZA_GRPC_PORT: String(port) });
export const connectUrlAt = (address: string): string => `ws://${address}/v1/connect`;
