import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connectUrlAt, type Cluster, type ServiceKind, type ServiceProcess } from '@plaza/testkit/cluster';
import type { Notes } from './act.js';
import type { Balancer } from './balancer.js';
import { manifestOf, type Manifest } from './manifests.js';
import type { Act } from './options.js';
import { drainOf } from './drained.js';
import { endPod, type Pod } from './rollout.js';

/** What acts are done to. */
export interface Scene {
  readonly cluster: Cluster;
  readonly balancer: Balancer;
  /** The longest of the pauses that the manifests ask for. */
  readonly pauseMs: number;
  readonly tell: (line: string) => void;
}

type Doing = (scene: Scene, notes: Notes) => Promise<void>;

const nobody = (): Promise<void> => Promise.resolve();
const running = ({ cluster }: Scene, kind: ServiceKind): ServiceProcess[] =>
  cluster.processes.filter((process) => process.kind === kind && process.pid !== 0);

function manifestFor({ pauseMs }: Scene, path: string): Manifest {
  const said = manifestOf(path);
  return { ...said, preStopMs: Math.min(pauseMs, said.preStopMs), minReadyMs: Math.min(pauseMs, said.minReadyMs) };
}

/** Load balancers know these, and nobody else. */
export async function serve({ balancer }: Scene, kind: 'edge' | 'api', processes: readonly ServiceProcess[]): Promise<void> {
  const addresses = processes.map(({ port }) => `127.0.0.1:${port}`);
  if (kind === 'edge') await balancer.setEdges(addresses.map(connectUrlAt));
  else balancer.setApis(addresses.map((address) => `http://${address}`));
}

/** As a Deployment does: another is ready before the old one is deleted. Its `minReadySeconds` is there for one drain at a time: here the end of the old one is waited for. */
async function replace(scene: Scene, notes: Notes, kind: 'edge' | 'api', old: ServiceProcess): Promise<void> {
  const manifest = manifestFor(scene, `base/${kind}.yaml`);
  if (!manifest.surge) throw new Error(`deploy/kubernetes/base/${kind}.yaml has no surge`);
  const fresh = await scene.cluster.more(kind);
  await serve(scene, kind, running(scene, kind));
  scene.tell(`${fresh.id} is ready; ${old.id} is deleted`);
  const rest = running(scene, kind).filter((process) => process !== old);
  const ended = await endPod(old, manifest, () => serve(scene, kind, rest));
  notes.ended.push({ ...ended, ...(kind === 'edge' ? { drain: drainOf(readFileSync(old.logFile, 'utf8')) } : {}) });
}

/** As a StatefulSet does, the last one first: each comes back under its own name before the next one goes. */
async function renewAll(scene: Scene, notes: Notes, pods: readonly Pod[], manifest: Manifest): Promise<void> {
  for (const pod of [...pods].reverse()) {
    scene.tell(`${pod.id} is deleted`);
    notes.ended.push(await endPod(pod, manifest, nobody));
    await pod.start();
    scene.tell(`${pod.id} is ready again`);
    await pause(manifest.minReadyMs);
  }
}

/** Where others have their addresses in a list, which DNS would tell them anew: they come back under their own. */
const renew =
  (kind: 'room-state' | 'history' | 'metrics'): Doing =>
  (scene, notes) =>
    renewAll(scene, notes, running(scene, kind), manifestFor(scene, `base/${kind}.yaml`));

const replaceAll =
  (kind: 'edge' | 'api'): Doing =>
  async (scene, notes) => {
    for (const old of running(scene, kind)) await replace(scene, notes, kind, old);
  };

function natsPods({ cluster }: Scene): Pod[] {
  return (cluster.engines.nats?.servers ?? []).map((server) => ({
    id: `nats-${server.name}`,
    get end() {
      return server.end;
    },
    kill: (signal) => server.kill(signal),
    stop: (withinMs) => server.stop(withinMs),
    start: () => server.start(),
  }));
}

export const doings: Readonly<Record<Act, Doing>> = {
  drain: async (scene, notes) => {
    const [first] = running(scene, 'edge');
    await replace(scene, notes, 'edge', first as ServiceProcess);
  },
  history: renew('history'),
  metrics: renew('metrics'),
  api: replaceAll('api'),
  edge: replaceAll('edge'),
  'room-state': renew('room-state'),
  nats: (scene, notes) => renewAll(scene, notes, natsPods(scene), manifestFor(scene, 'engines/nats.yaml')),
};
