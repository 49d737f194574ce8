import { eventually } from '@plaza/testkit';
import { ofKind, type KubeObject } from '../../check/objects.js';
import { fileOf } from '../manifests.js';
import type { Serving } from '../serving.js';
import { kindAndName, namespace, patience, replicasNow } from './common.js';
import type { ControlPlane } from '../control-plane.js';
import { expectThat, type Trial } from '../trial.js';

export async function tryApply(trial: Trial, plane: ControlPlane, objects: readonly KubeObject[]): Promise<void> {
  await trial.check('prod: applied, all pods ready', async () => {
    await plane.kubectl('apply', '--filename', fileOf(plane, 'applied', objects));
    await settled(plane, objects);
    return await plane
      .kubectl('--namespace', namespace, 'get', 'pods', '--no-headers')
      .then((text) => `${text.trim().split('\n').length} pods`);
  });
}

const workloads = (objects: readonly KubeObject[]): KubeObject[] => [...ofKind(objects, 'Deployment'), ...ofKind(objects, 'StatefulSet')];

/** Every rollout is over, and the autoscaler has its least number of edges. */
async function settled(plane: ControlPlane, objects: readonly KubeObject[]): Promise<void> {
  await eventually(async () => {
    const wanted = await replicasNow(plane, 'deployment/edge', '{.spec.replicas}');
    expectThat(wanted >= 6, `edge: ${wanted} replicas`);
  }, patience);
  for (const each of workloads(objects))
    await plane.kubectl('--namespace', namespace, 'rollout', 'status', kindAndName(each), '--timeout=120s');
}

export async function tryPlaces(trial: Trial, plane: ControlPlane, serving: Serving): Promise<void> {
  const zones = new Map(
    (
      await plane.kubectl(
        'get',
        'nodes',
        '--output=jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.topology\\.kubernetes\\.io/zone}{"\\n"}{end}',
      )
    )
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  for (const app of ['edge', 'room-state', 'history', 'api', 'nats', 'cassandra'])
    await trial.check(`${app}: evenly over three zones`, () => {
      const used = serving.nodes(app).map((node) => zones.get(node) ?? '');
      const counts = ['zone-1', 'zone-2', 'zone-3'].map((zone) => used.filter((each) => each === zone).length);
      expectThat(Math.max(...counts) - Math.min(...counts) <= 1, `counts by zone: ${counts.join(', ')}`);
      return counts.join(', ');
    });
  await trial.check('nats: no two on one node', () => {
    const nodes = serving.nodes('nats');
    expectThat(new Set(nodes).size === nodes.length, nodes.join(', '));
    return undefined;
  });
}
