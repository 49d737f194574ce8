import type { EdgeConfig } from '@plaza/edge';
import type { RoomStateConfig } from '@plaza/room-state';
import { bytesOf, ofKind, workload, type Container, type KubeObject, type Spec } from './objects.js';

/** After the last socket an edge waits so long for the last leaves to be told. */
const lastLeavesMs = 1000;
/** For what a process does besides draining: connections closed in order. */
const stopMs = 5000;
/** An edge by docs/capacity.md: 150 MiB, and what a joined socket takes. */
const edgeBytes = 150 * 2 ** 20;
const socketBytes = 2.2 * 1024;

/** Milliseconds from the deletion of a pod to SIGKILL that are left for its drain, and what does not fit into them. */
function* gracePeriod(name: string, spec: Spec, container: Container, drainMs: number): Generator<string> {
  const graceMs = 1000 * (spec.template?.spec.terminationGracePeriodSeconds ?? 30);
  const pauseMs = 1000 * (container.lifecycle?.preStop?.sleep?.seconds ?? 0);
  const neededMs = pauseMs + drainMs + stopMs;
  if (neededMs > graceMs)
    yield `${name}: terminationGracePeriodSeconds=${graceMs / 1000}: the pause of preStop (${pauseMs / 1000} s), the drain (${drainMs / 1000} s) and the stop (${stopMs / 1000} s) take ${neededMs / 1000} s`;
}

export function* edgeLimits(objects: readonly KubeObject[], spec: Spec, container: Container, config: EdgeConfig): Generator<string> {
  const { maxConnections, drainPerSecond, drainMs, connectsPerSecond, bufferedBytes } = config;
  const sendAwayMs = (1000 * maxConnections) / drainPerSecond;
  if (drainMs < sendAwayMs + lastLeavesMs)
    yield `edge: PLAZA_EDGE_DRAIN_MS=${drainMs}: ${maxConnections} sockets (PLAZA_EDGE_MAX_CONNECTIONS) at ${drainPerSecond} a second (PLAZA_EDGE_DRAIN_PER_SECOND) take ${Math.ceil(sendAwayMs + lastLeavesMs)} ms`;
  yield* gracePeriod('edge', spec, container, drainMs + lastLeavesMs);
  if (1000 * (spec.minReadySeconds ?? 0) < sendAwayMs)
    yield `edge: minReadySeconds=${spec.minReadySeconds ?? 0}: a rollout would drain several edges at a time; one takes ${Math.ceil(sendAwayMs / 1000)} s`;
  if (container.lifecycle?.preStop?.sleep === undefined)
    yield 'edge: lifecycle.preStop.sleep is not set: load balancers send clients to an edge that is closing';
  const memory = bytesOf(container.resources?.limits?.['memory']);
  const needed = edgeBytes + maxConnections * socketBytes + bufferedBytes;
  if (memory !== undefined && memory < needed)
    yield `edge: resources.limits.memory=${container.resources?.limits?.['memory']}: ${maxConnections} sockets and PLAZA_EDGE_BUFFERED_BYTES=${bufferedBytes} may take ${Math.ceil(needed / 2 ** 20)} MiB`;
  yield* scaling(objects, maxConnections, drainPerSecond, connectsPerSecond);
}

function* scaling(
  objects: readonly KubeObject[],
  maxConnections: number,
  drainPerSecond: number,
  connectsPerSecond: number,
): Generator<string> {
  const scaler = ofKind(objects, 'HorizontalPodAutoscaler').find(({ spec }) => spec?.scaleTargetRef?.name === 'edge')?.spec;
  if (scaler === undefined) return;
  const { minReplicas = 1, maxReplicas = 1, metrics = [] } = scaler;
  for (const { external } of metrics) {
    const each = Number(external?.target.averageValue);
    if (each > 0.85 * maxConnections)
      yield `edge: HorizontalPodAutoscaler averageValue=${each}: new edges come only when the others are full (PLAZA_EDGE_MAX_CONNECTIONS=${maxConnections})`;
  }
  if (minReplicas > maxReplicas) yield `edge: HorizontalPodAutoscaler minReplicas=${minReplicas} is more than maxReplicas=${maxReplicas}`;
  if (minReplicas > 1 && drainPerSecond > connectsPerSecond * (minReplicas - 1))
    yield `edge: PLAZA_EDGE_DRAIN_PER_SECOND=${drainPerSecond}: the other edges take ${connectsPerSecond * (minReplicas - 1)} new sockets a second (PLAZA_EDGE_CONNECTS_PER_SECOND)`;
}

export function* roomStateLimits(
  objects: readonly KubeObject[],
  spec: Spec,
  container: Container,
  config: RoomStateConfig,
): Generator<string> {
  yield* gracePeriod('room-state', spec, container, config.drainMs);
  yield* replicas(objects, 'nats', 'PLAZA_NATS_REPLICAS', config.natsReplicas);
  yield* replicas(objects, 'cassandra', 'PLAZA_CASSANDRA_REPLICAS', config.cassandraReplicas);
  yield* logSize(
    objects,
    config.streams * config.logMaxBytes,
    `PLAZA_STREAMS=${config.streams} times PLAZA_LOG_MAX_BYTES=${config.logMaxBytes}`,
  );
}

function* replicas(objects: readonly KubeObject[], engine: string, variable: string, wanted: number): Generator<string> {
  const servers = workload(objects, engine)?.spec?.replicas;
  if (servers !== undefined && wanted > servers) yield `${variable}=${wanted}: there are ${servers} of ${engine} (spec.replicas)`;
}

/** Each of three servers with three replicas has all of the log. */
function* logSize(objects: readonly KubeObject[], bytes: number, how: string): Generator<string> {
  const conf = ofKind(objects, 'ConfigMap')
    .find(({ data }) => data?.['nats.conf'] !== undefined)
    ?.data?.['nats.conf']?.replaceAll(/^\s*#.*$/gm, '');
  if (conf === undefined) return;
  const [, number, unit = ''] = /max_file_store:\s*(\d+)\s*([GMT])B/.exec(conf) ?? [];
  const store = number === undefined ? undefined : bytesOf(`${number}${unit}i`);
  if (store === undefined) yield 'nats.conf: max_file_store is not set (a number and GB)';
  else if (bytes > store) yield `nats.conf: max_file_store=${number}${unit}B: ${how} is more`;
  if (!/sync_interval:/.test(conf)) yield 'nats.conf: sync_interval is not set: NATS would wait two minutes before it writes to the disk';
  const volume = workload(objects, 'nats')?.spec?.volumeClaimTemplates?.[0]?.spec.resources.requests.storage;
  const room = bytesOf(volume);
  if (store !== undefined && room !== undefined && store > room)
    yield `nats: volumeClaimTemplates storage=${volume}: max_file_store=${number}${unit}B is more`;
}

/** Node's heap has to end before the kernel ends the process. */
export function* heap(name: string, container: Container): Generator<string> {
  const limit = bytesOf(container.resources?.limits?.['memory']);
  const options = container.env?.find((entry) => entry.name === 'NODE_OPTIONS')?.value ?? '';
  const [, mebibytes] = /--max-old-space-size=(\d+)/.exec(options) ?? [];
  if (limit === undefined) yield `${name}: resources.limits.memory is not set`;
  else if (mebibytes === undefined)
    yield `${name}: NODE_OPTIONS has no --max-old-space-size: the heap would not end before resources.limits.memory`;
  else if (Number(mebibytes) * 2 ** 20 > 0.8 * limit)
    yield `${name}: NODE_OPTIONS --max-old-space-size=${mebibytes} is more than 80 % of resources.limits.memory=${container.resources?.limits?.['memory']}`;
}

export function* disruptions(objects: readonly KubeObject[], names: readonly string[]): Generator<string> {
  for (const name of names) {
    const spec = workload(objects, name)?.spec;
    if (spec === undefined) continue;
    const budget = ofKind(objects, 'PodDisruptionBudget').find(
      (each) => each.spec?.selector?.matchLabels?.['app.kubernetes.io/name'] === name,
    )?.spec;
    if (budget === undefined) yield `${name}: it has no PodDisruptionBudget`;
    if (budget?.maxUnavailable === 0) yield `${name}: PodDisruptionBudget maxUnavailable=0 holds up every drain`;
    if (budget?.minAvailable !== undefined && budget.minAvailable === spec.replicas)
      yield `${name}: PodDisruptionBudget minAvailable=${budget.minAvailable} of replicas=${spec.replicas} holds up every drain`;
    for (const { whenUnsatisfiable, nodeTaintsPolicy } of spec.template?.spec.topologySpreadConstraints ?? [])
      if (whenUnsatisfiable === 'DoNotSchedule' && nodeTaintsPolicy !== 'Honor')
        yield `${name}: topologySpreadConstraints nodeTaintsPolicy=${nodeTaintsPolicy ?? 'Ignore'}: the zone of a drained node would wait for pods that can go nowhere; Honor`;
  }
}
