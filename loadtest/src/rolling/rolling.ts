import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@plaza/testkit';
import type { OwnCluster } from '../k6/own-cluster.js';
import { Swarm } from '../swarm/swarm.js';
import { actResult, type ActResult } from './act.js';
import { doings, serve, type Scene } from './acts.js';
import { Balancer } from './balancer.js';
import { Crowd } from './crowd.js';
import type { RollingOptions } from './options.js';
import type { RollingResult } from './result.js';
import { Watch } from './watch.js';

const nobody = { url: '', speech: 'plaza', sockets: 0, atOnce: 1 } as const;
/** What was said last still arrives, and readers of the log catch up. */
const settleMs = 60_000;

/** The whole of it: a crowd comes, everything is restarted under it, and then it is asked what it has. `drainPerSecond`: of the cluster's edges. */
export async function roll(
  own: OwnCluster,
  options: RollingOptions,
  drainPerSecond: number,
  tell: (line: string) => void,
): Promise<RollingResult> {
  const { cluster, tokenSecret } = own;
  const swarm = await Swarm.open(nobody, undefined, 1);
  const balancer = new Balancer((urls) => swarm.setEdges(urls));
  const watch = new Watch(swarm, { ...options, tell });
  const scene: Scene = { cluster, balancer, pauseMs: options.pauseMs, tell: (line) => watch.tell(line) };
  const crowd = new Crowd({
    ...{ options, balancer, apiKey: cluster.ready.apiKey, tokenSecret },
    onSaid: ({ outcome, tookMs }) => {
      watch.notes.outcomes[outcome]++;
      if (outcome === 'accepted') watch.notes.sendMs.push(tookMs);
    },
  });
  try {
    for (const kind of ['edge', 'api'] as const)
      await serve(
        scene,
        kind,
        cluster.processes.filter((process) => process.kind === kind),
      );
    await crowd.comeIn(swarm, cluster.connectUrls[0] as string);
    const watching = watch.run();
    const acts = await actOut(scene, watch, options);
    watch.end();
    await Promise.all([watching, crowd.fallSilent()]);
    return { sockets: options.sockets, drainPerSecond, acts, ...(await judged(crowd, swarm)) };
  } finally {
    watch.end();
    crowd.leave();
    swarm.close();
  }
}

async function actOut(scene: Scene, watch: Watch, options: RollingOptions): Promise<ActResult[]> {
  const calm = await watch.act('nothing', () => pause(options.calmMs));
  const results = [actResult(calm)];
  for (const act of options.acts) results.push(actResult(await watch.act(act, (notes) => doings[act](scene, notes))));
  return results;
}

/** What is not there after a minute counts as missing. */
async function judged(crowd: Crowd, swarm: Swarm): Promise<Pick<RollingResult, 'chains' | 'heard' | 'history'>> {
  await eventually(
    async () => {
      const { missing } = await crowd.history();
      if (missing + crowd.heard().missing + (await crowd.behind(swarm)).length > 0) throw new Error('something is still missing');
    },
    { timeoutMs: settleMs },
  ).catch(() => undefined);
  const { breaks, told } = await swarm.count();
  const chains = { broken: breaks, told: told + crowd.holes(), behind: await crowd.behind(swarm) };
  return { chains, heard: crowd.heard(), history: await crowd.history() };
}
