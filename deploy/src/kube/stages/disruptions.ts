import { eventually } from '@plaza/testkit';
import { workload, type KubeObject } from '../../check/objects.js';
import { fileOf, hurried } from '../manifests.js';
import type { Serving } from '../serving.js';
import { kindAndName, namespace, patience } from './common.js';
import type { ControlPlane } from '../control-plane.js';
import { expectThat, type Trial } from '../trial.js';

/** How many may be away at a time: by the strategy of a rollout. */
const floors = { edge: 0, history: 0, metrics: 0, api: 0, 'room-state': 1, nats: 1, cassandra: 1 } as const;

export async function tryRollout(trial: Trial, plane: ControlPlane, serving: Serving, objects: readonly KubeObject[]): Promise<void> {
  for (const [app, away] of Object.entries(floors))
    await trial.check(`${app}: rolling update, never more than ${away} away`, async () => {
      const what = kindAndName(workload(objects, app) as KubeObject);
      const before = serving.now(app);
      const old = serving.names(app);
      serving.begin();
      await plane.kubectl('--namespace', namespace, 'rollout', 'restart', what);
      await plane.kubectl('--namespace', namespace, 'rollout', 'status', what, '--timeout=170s');
      await eventually(
        () => expectThat(serving.now(app) === before && serving.all(app) === before, `${serving.now(app)} of ${before} serve`),
        patience,
      );
      expectThat(serving.least(app) >= before - away, `there were ${before}, and once only ${serving.least(app)} served`);
      if (app === 'edge') expectThat(!serving.names(app).some((name) => old.includes(name)), 'an old pod is still there');
      return `${before}, at least ${serving.least(app)} all the time`;
    });
}

const apps = ['edge', 'room-state', 'history', 'metrics', 'api', 'nats', 'redis', 'cassandra'];

export async function tryDrains(trial: Trial, plane: ControlPlane, serving: Serving, nodes: readonly string[]): Promise<void> {
  for (const node of nodes)
    await trial.check(`drain of ${node}: budgets hold, and all come back`, async () => {
      const before = new Map(apps.map((app) => [app, serving.now(app)]));
      serving.begin();
      await plane.kubectl('drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=150s');
      expectThat(!apps.some((app) => serving.nodes(app).includes(node)), 'a pod is still there');
      await plane.kubectl('uncordon', node);
      await allServe(serving, before);
      for (const [app, count] of before)
        expectThat(serving.least(app) >= count - 1, `${app}: there were ${count}, and once only ${serving.least(app)} served`);
      return apps.map((app) => `${app} ${serving.least(app)}/${before.get(app)}`).join(', ');
    });
}

const allServe = (serving: Serving, wanted: ReadonlyMap<string, number>): Promise<void> =>
  eventually(() => {
    for (const [app, count] of wanted) expectThat(serving.now(app) >= count, `${app}: ${serving.now(app)} of ${count} serve`);
  }, patience);

/** With one node left in each zone, the zone of a drained node has none: pods have to go elsewhere instead of waiting for it. */
export async function tryLastNodeOfZone(trial: Trial, plane: ControlPlane, serving: Serving, zone: LastOfZone): Promise<void> {
  const { prod, spare, node } = zone;
  const movable = ['edge', 'room-state', 'history', 'metrics', 'api', 'cassandra', 'redis'];
  await trial.check(`drain of ${node}, the last of its zone: nobody waits for a place there`, async () => {
    const before = new Map(movable.map((app) => [app, serving.now(app)]));
    await plane.kubectl('cordon', ...spare);
    await plane.kubectl('apply', '--filename', fileOf(plane, 'ignoring', [ignoring(prod)]));
    await plane.kubectl('--namespace', namespace, 'rollout', 'status', 'deployment/ignoring', '--timeout=60s');
    await plane.kubectl('drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=150s');
    await allServe(serving, before);
    return undefined;
  });
  await trial.check('without nodeTaintsPolicy: Honor the same pod would wait', async () => {
    const pending = ['--field-selector=status.phase=Pending', '--selector=app.kubernetes.io/name=ignoring', '--output=name'];
    await eventually(async () => {
      const waiting = await plane.kubectl('--namespace', namespace, 'get', 'pods', ...pending);
      expectThat(waiting.trim() !== '', 'it found a place');
    }, patience);
    expectThat(serving.now('ignoring') === 2, `${serving.now('ignoring')} of 3 serve`);
    return undefined;
  });
  await plane.kubectl('--namespace', namespace, 'delete', 'deployment', 'ignoring');
  await plane.kubectl('uncordon', node, ...spare);
  await trial.check('all come back to the zone', () =>
    allServe(serving, new Map([['nats', 3], ...movable.map((app) => [app, 1] as const)])).then(() => undefined),
  );
}

export interface LastOfZone {
  readonly prod: readonly KubeObject[];
  readonly spare: readonly string[];
  readonly node: string;
}

/** history once more, without the policy that `deploy:check` asks for. */
function ignoring(objects: readonly KubeObject[]): unknown {
  const text = JSON.stringify(hurried([workload(objects, 'history') as KubeObject])[0]);
  return JSON.parse(
    text
      .replaceAll('"app.kubernetes.io/name":"history"', '"app.kubernetes.io/name":"ignoring"')
      .replace('"nodeTaintsPolicy":"Honor",', '')
      .replace('"name":"history","namespace"', '"name":"ignoring","namespace"'),
  );
}

export async function tryEvictions(trial: Trial, { api }: ControlPlane, serving: Serving): Promise<void> {
  for (const app of ['nats', 'cassandra', 'edge', 'room-state'])
    await trial.check(`${app}: one may be evicted, a second not before it is back`, async () => {
      const count = serving.now(app);
      const evict = async (name: string | undefined): Promise<number> => {
        const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
        return (await api.ask('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, eviction)).status;
      };
      await eventually(async () => {
        const { body } = await api.ask('GET', `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/${app}`);
        expectThat((body as { status: { disruptionsAllowed: number } }).status.disruptionsAllowed === 1, 'no disruption is allowed yet');
      }, patience);
      const [first, second] = serving.names(app);
      const statuses = [await evict(first), await evict(second)];
      expectThat(statuses.join() === '201,429', `answers ${statuses.join(', ')}`);
      await eventually(() => expectThat(serving.now(app) === count, `${serving.now(app)} of ${count} serve`), patience);
      return statuses.join(', then ');
    });
}
