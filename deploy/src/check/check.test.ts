import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checkManifests } from './check.js';
import { workload, type KubeObject } from './objects.js';
import { renderOverlay } from './render.js';

const overlays = join(import.meta.dirname, '../../kubernetes/overlays');
const render = (overlay: string): KubeObject[] => renderOverlay(join(overlays, overlay));

test.each(['dev', 'prod', 'mtls'])('overlay %s: every variable is one of its service, and all limits fit', (overlay) => {
  expect(checkManifests(render(overlay))).toEqual([]);
});

test('a cluster without our exporter is one', () => {
  expect(checkManifests(render('prod').filter(({ metadata }) => metadata.name !== 'engine-exporter'))).toEqual([]);
});

/** A variable of a ConfigMap, set or (undefined) taken away. */
const setting = (map: string, name: string, value: string | undefined) => (objects: KubeObject[]) =>
  objects.map((object) => {
    if (object.kind !== 'ConfigMap' || object.metadata.name !== map) return object;
    const { [name]: _, ...rest } = object.data ?? {};
    return { ...object, data: value === undefined ? rest : { ...rest, [name]: value } };
  });

/** The manifests after a change to one of their objects, by the text of its JSON. */
const text = (kind: string, name: string, from: string | RegExp, to: string) => (objects: KubeObject[]) => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  const before = JSON.stringify(found);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${kind} ${name} has no ${String(from)}`);
  return objects.map((object) => (object === found ? (JSON.parse(after) as KubeObject) : object));
};

describe('refused, with the name of the field', () => {
  test.each<[string, (objects: KubeObject[]) => KubeObject[], RegExp]>([
    ['no number', setting('edge', 'PLAZA_EDGE_MAX_CONNECTIONS', 'many'), /edge: PLAZA_EDGE_MAX_CONNECTIONS=many: expected a whole number/],
    ['a slip of the pen', setting('edge', 'PLAZA_EDGE_MAX_CONECTIONS', '1'), /edge: PLAZA_EDGE_MAX_CONECTIONS .* no such setting/],
    ['a setting of another service', setting('cluster', 'PLAZA_HISTORY_DAYS', '1'), /edge: PLAZA_HISTORY_DAYS .* edge has no such setting/],
    ['no public address', setting('edge', 'PLAZA_EDGE_PUBLIC_URL', undefined), /PLAZA_EDGE_PUBLIC_URL is not set/],
    ['loopback', setting('grpc', 'PLAZA_GRPC_HOST', '127.0.0.1'), /room-state: PLAZA_GRPC_HOST=127.0.0.1: nobody outside/],
    [
      'an engine on loopback',
      setting('cluster', 'PLAZA_NATS_SERVERS', undefined),
      /edge: PLAZA_NATS_SERVERS=127.0.0.1:4222: that is the pod itself/,
    ],
    [
      'a monitor on loopback',
      setting('engine-exporter', 'PLAZA_NATS_MONITORS', undefined),
      /engine-exporter: PLAZA_NATS_MONITORS=http:\/\/127.0.0.1:8222: that is the pod itself/,
    ],
    [
      'a key that no ConfigMap has',
      setting('storage', 'PLAZA_CASSANDRA_DATACENTER', undefined),
      /engine-exporter: PLAZA_CASSANDRA_DATACENTER: ConfigMap storage has no PLAZA_CASSANDRA_DATACENTER/,
    ],
    ['no probe port', setting('cluster', 'PLAZA_PROBE_PORT', undefined), /api: PLAZA_PROBE_PORT: has to be set/],
    [
      'a secret in a ConfigMap',
      setting('cluster', 'PLAZA_TOKEN_SECRET', 's'.repeat(40)),
      /room-state: PLAZA_TOKEN_SECRET .*no such setting/,
    ],
    [
      'a secret in the open',
      setting('storage', 'PLAZA_CASSANDRA_PASSWORD', 'x'),
      /PLAZA_CASSANDRA_PASSWORD \(ConfigMap storage\): it is a secret/,
    ],
    ['no token secret', text('Deployment', 'edge', /\{"name":"PLAZA_TOKEN_SECRET".*?\}\}\},/, ''), /edge: PLAZA_TOKEN_SECRET is not set/],
    [
      'an entry callback without a secret',
      setting('edge', 'PLAZA_ENTRY_CALLBACK_URL', 'https://p.example'),
      /edge: PLAZA_ENTRY_CALLBACK_SECRET is not set/,
    ],
    ['the demo', setting('api', 'PLAZA_DEMO', 'true'), /api: PLAZA_DEMO=true/],
    ['too short a drain', setting('edge', 'PLAZA_EDGE_DRAIN_MS', '10000'), /PLAZA_EDGE_DRAIN_MS=10000: 15000 sockets .* take 31000 ms/],
    ['too slow a drain', setting('edge', 'PLAZA_EDGE_DRAIN_PER_SECOND', '100'), /PLAZA_EDGE_DRAIN_PER_SECOND\) take 151000 ms/],
    [
      'too fast a drain',
      setting('edge', 'PLAZA_EDGE_DRAIN_PER_SECOND', '20000'),
      /PLAZA_EDGE_DRAIN_PER_SECOND=20000: the other edges take 10000/,
    ],
    [
      'too short a grace',
      text('Deployment', 'edge', '"terminationGracePeriodSeconds":60', '"terminationGracePeriodSeconds":30'),
      /edge: terminationGracePeriodSeconds=30: .* take 52 s/,
    ],
    ['a longer hand-over', setting('room-state', 'PLAZA_DRAIN_MS', '60000'), /room-state: terminationGracePeriodSeconds=40/],
    [
      'no pause',
      text('Deployment', 'edge', /"lifecycle":\{"preStop":\{"sleep":\{"seconds":10\}\}\}/, '"lifecycle":{}'),
      /edge: lifecycle.preStop.sleep is not set/,
    ],
    ['a quick rollout', text('Deployment', 'edge', '"minReadySeconds":50', '"minReadySeconds":5'), /edge: minReadySeconds=5/],
    ['more sockets than memory', setting('edge', 'PLAZA_EDGE_BUFFERED_BYTES', '2147483647'), /edge: resources.limits.memory=2Gi/],
    ['a heap beyond the limit', text('StatefulSet', 'room-state', '=3072', '=8192'), /room-state: NODE_OPTIONS --max-old-space-size=8192/],
    ['a scaler that comes late', setting('edge', 'PLAZA_EDGE_MAX_CONNECTIONS', '10000'), /HorizontalPodAutoscaler averageValue=9000/],
    ['more replicas than servers', setting('cluster', 'PLAZA_NATS_REPLICAS', '5'), /PLAZA_NATS_REPLICAS=5: there are 3 of nats/],
    [
      'a log beyond its disk',
      setting('storage', 'PLAZA_LOG_MAX_BYTES', '42949672960'),
      /nats.conf: max_file_store=90GB: PLAZA_STREAMS=4 times PLAZA_LOG_MAX_BYTES/,
    ],
    ['a disk below the log', text('StatefulSet', 'nats', '100Gi', '50Gi'), /nats: volumeClaimTemplates storage=50Gi/],
    ['a log that is synced by chance', text('ConfigMap', 'nats', /sync_interval: \w+,/, ''), /nats.conf: sync_interval is not set/],
    [
      'another number of shards',
      text('Deployment', 'history', '"env":[', '"env":[{"name":"PLAZA_SHARDS","value":"64"},'),
      /PLAZA_SHARDS: edge has 256, history has 64/,
    ],
    ['no version', text('Deployment', 'api', 'plaza/api:0.1.0', 'plaza/api:latest'), /api: image=plaza\/api:latest/],
    [
      'a reference to what comes later',
      text('StatefulSet', 'room-state', '"env":[', '"env":[{"name":"PLAZA_GRPC_ADDRESS","value":"$(POD_NAME):1"},'),
      /room-state: PLAZA_GRPC_ADDRESS=\$\(POD_NAME\):1: \$\(POD_NAME\) is not set before it/,
    ],
    [
      'a budget of nothing',
      text('PodDisruptionBudget', 'nats', '"maxUnavailable":1', '"maxUnavailable":0'),
      /nats: PodDisruptionBudget maxUnavailable=0/,
    ],
    [
      'a spread that deadlocks',
      text('StatefulSet', 'nats', '"nodeTaintsPolicy":"Honor",', ''),
      /nats: topologySpreadConstraints nodeTaintsPolicy=Ignore/,
    ],
    [
      'no such service',
      (objects) => objects.filter((object) => object !== workload(objects, 'metrics')),
      /metrics: there is no Deployment/,
    ],
    [
      'no such ConfigMap',
      (objects) => objects.filter(({ kind, metadata }) => kind !== 'ConfigMap' || metadata.name !== 'api'),
      /api: envFrom configMapRef api/,
    ],
  ])('%s', (_, change, expected) => {
    expect(checkManifests(change(render('prod'))).join('\n')).toMatch(expected);
  });
});
