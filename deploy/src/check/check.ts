import type { EdgeConfig } from '@plaza/edge';
import type { RoomStateConfig } from '@plaza/room-state';
import { disruptions, edgeLimits, heap, roomStateLimits } from './limits.js';
import { workload, type Container, type KubeObject, type Spec } from './objects.js';
import { serviceNames, servicesIn, type ServiceName } from './services.js';
import { checkSettings } from './settings.js';

const engines = ['nats', 'redis', 'cassandra'];

/** Everything that is wrong with rendered manifests, in words that begin with whose it is and name the field; empty: nothing is. */
export function checkManifests(objects: readonly KubeObject[]): string[] {
  const configs = servicesIn(objects).map((name) => checkService(name, objects));
  return [...configs.flatMap(({ mistakes }) => mistakes), ...unlike(configs), ...disruptions(objects, [...serviceNames, ...engines])];
}

interface Checked {
  readonly name: ServiceName;
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly mistakes: string[];
}

function checkService(name: ServiceName, objects: readonly KubeObject[]): Checked {
  const spec = workload(objects, name)?.spec;
  const container = spec?.template?.spec.containers.find((each) => each.name === 'plaza');
  if (spec === undefined || container === undefined)
    return { name, config: undefined, mistakes: [`${name}: there is no Deployment or StatefulSet with a container named plaza`] };
  const { config, mistakes } = checkSettings(name, container, objects);
  const own = config === undefined ? [] : limitsOf(name, objects, spec, container, config);
  return {
    name,
    config,
    mistakes: [...mistakes.map((mistake) => `${name}: ${mistake}`), ...own, ...heap(name, container), ...image(name, container)],
  };
}

function limitsOf(
  name: ServiceName,
  objects: readonly KubeObject[],
  spec: Spec,
  container: Container,
  config: Readonly<Record<string, unknown>>,
): string[] {
  if (name === 'edge') return [...edgeLimits(objects, spec, container, config as EdgeConfig)];
  if (name === 'room-state') return [...roomStateLimits(objects, spec, container, config as RoomStateConfig)];
  return [];
}

function* image(name: string, container: Container): Generator<string> {
  if (!/(:(?!latest$)[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(container.image))
    yield `${name}: image=${container.image}: name a version (newTag) or a digest; the same manifests have to give the same cluster`;
}

/** What has to be the same in every process of a cluster. */
const alike = {
  shards: 'PLAZA_SHARDS',
  streams: 'PLAZA_STREAMS',
  natsReplicas: 'PLAZA_NATS_REPLICAS',
  logMaxBytes: 'PLAZA_LOG_MAX_BYTES',
  cassandraKeyspace: 'PLAZA_CASSANDRA_KEYSPACE',
};

function* unlike(checked: readonly Checked[]): Generator<string> {
  for (const [key, variable] of Object.entries(alike)) {
    const values = checked.flatMap(({ name, config }) => (config?.[key] === undefined ? [] : [{ name, value: config[key] }]));
    const other = values.find(({ value }) => value !== values[0]?.value);
    if (other !== undefined)
      yield `${variable}: ${values[0]?.name} has ${JSON.stringify(values[0]?.value)}, ${other.name} has ${JSON.stringify(other.value)}`;
  }
}
