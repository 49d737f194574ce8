import { readConfig } from '@plaza/kit';
import { environmentOf, type Environment } from './environment.js';
import type { Container, KubeObject } from './objects.js';
import { ownMistakes, tables, type ServiceName } from './services.js';

export interface CheckedSettings {
  /** As the service would read it; undefined where it would not start. Secrets have stand-ins. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly mistakes: readonly string[];
}

/** Variables that Node and the pod's own entries bring; anything else that no table knows is a slip of the pen. */
const notOurs = /^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|TZ|POD_NAME|POD_NAMESPACE|POD_IP)$/;

/** Reads a container's environment by the table of its service; each mistake names the variable and where it stands. */
export function checkSettings(service: ServiceName, container: Container, objects: readonly KubeObject[]): CheckedSettings {
  const environment = environmentOf(container, objects);
  const mistakes = [...environment.mistakes, ...misplaced(service, environment)];
  const read = readConfig(tables[service], Object.fromEntries(standIns(service, environment)));
  if ('mistakes' in read) return { config: undefined, mistakes: [...mistakes, ...read.mistakes] };
  const own = ownMistakes[service]?.(read.config as never) ?? [];
  return { config: read.config, mistakes: [...mistakes, ...own, ...exposed(read.config)] };
}

/** What the table does not know, and secrets that anybody who sees the manifests can read. */
function* misplaced(service: ServiceName, { all }: Environment): Generator<string> {
  const variables = new Map(Object.values(tables[service]).map((variable) => [variable.name, variable]));
  for (const {
    name,
    given: { value, where },
  } of all) {
    const variable = variables.get(name);
    if (variable === undefined && !notOurs.test(name)) yield `${name} (${where}): ${service} has no such setting`;
    if (variable?.secret === true && value !== undefined && value !== '')
      yield `${name} (${where}): it is a secret, take it from a Secret (valueFrom.secretKeyRef)`;
  }
}

/** Secrets are not known here: a value that the table takes stands for each. */
function* standIns(service: ServiceName, { given }: Environment): Generator<[string, string]> {
  for (const [name, { value, secret }] of given) {
    if (value !== undefined) yield [name, value];
    else if (secret?.optional !== true) yield [name, standInOf(service, name)];
  }
}

const standInOf = (service: ServiceName, name: string): string =>
  name === 'PLAZA_API_KEYS'
    ? 'a'.repeat(64)
    : name === 'PLAZA_REDIS_URL'
      ? 'redis://redis:6379'
      : `a stand-in for ${name} of ${service}, long enough`;

/** Addresses that are right for a process on a developer's machine, and reach nobody from a pod. */
function* exposed(config: Readonly<Record<string, unknown>>): Generator<string> {
  const here = /^(?:https?:\/\/)?(?:127\.|localhost|\[?::1)/;
  for (const [key, name] of listening) {
    const value = config[key];
    if (typeof value === 'string' && here.test(value)) yield `${name}=${value}: nobody outside of the pod reaches it; 0.0.0.0`;
  }
  for (const [key, name] of reached) {
    const all = [config[key]].flat().filter((value) => typeof value === 'string');
    const own = all.find((value) => here.test(value));
    if (own !== undefined) yield `${name}=${own}: that is the pod itself`;
  }
  for (const [key, name] of ports) if (config[key] === 0) yield `${name}: has to be set, so that Services and probes find it`;
  if ('publicUrl' in config && config['publicUrl'] === undefined)
    yield 'PLAZA_EDGE_PUBLIC_URL is not set: clients would be told to connect to 0.0.0.0';
  if (config['demo'] === true) yield 'PLAZA_DEMO=true gives tokens to anybody';
}

const listening = Object.entries({
  host: 'PLAZA_EDGE_HOST',
  apiHost: 'PLAZA_API_HOST',
  grpcHost: 'PLAZA_GRPC_HOST',
  probeHost: 'PLAZA_PROBE_HOST',
});
const reached = Object.entries({
  natsServers: 'PLAZA_NATS_SERVERS',
  natsMonitors: 'PLAZA_NATS_MONITORS',
  cassandraHosts: 'PLAZA_CASSANDRA_HOSTS',
  historyAddress: 'PLAZA_HISTORY_ADDRESS',
  metricsAddress: 'PLAZA_METRICS_ADDRESS',
});
const ports = Object.entries({
  port: 'PLAZA_EDGE_PORT',
  apiPort: 'PLAZA_API_PORT',
  grpcPort: 'PLAZA_GRPC_PORT',
  probePort: 'PLAZA_PROBE_PORT',
});
