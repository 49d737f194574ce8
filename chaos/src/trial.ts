import { judge } from './oracle/judge.js';
import type { Verdict } from './oracle/verdict.js';
import { startSmallCluster, smallGraceMs, smallSettlingMs, smallTallyMs, type SmallCluster } from './in-process.js';
import { WebhookEndpoint, type EndpointOptions } from './platform/endpoint.js';
import { readApi } from './readers/read-all.js';
import type { Readers } from './readings.js';
import type { Records } from './records.js';
import { Backend } from './swarm/backend.js';
import { until } from './swarm/until.js';
import { startSwarm, type Swarm, type SwarmOptions } from './swarm/swarm.js';

/** After a tally is due, its count follows. */
const countedMs = smallTallyMs + 1500;

/** What stands between the swarm (and the judge's readers) and the cluster. */
export interface Between {
  connectUrls(): readonly string[];
  readonly apiUrl: string;
  readonly instead?: EndpointOptions['instead'];
  stop(): Promise<void>;
}

export interface TrialOptions extends Partial<
  Pick<SwarmOptions, 'seed' | 'sockets' | 'rooms' | 'ratePerSecond' | 'hotShare' | 'absenceSlackMs'>
> {
  /** Of load, at most. */
  readonly seconds: number;
  /** The load ends when this is so. */
  readonly enough?: () => boolean;
  /** Absent: nothing stands between. */
  readonly between?: (cluster: SmallCluster) => Promise<Between>;
  /** What happens to the cluster meanwhile. */
  readonly meanwhile?: (cluster: SmallCluster, swarm: Swarm) => Promise<void>;
}

export interface Trial {
  readonly verdict: Verdict;
  readonly records: Records;
  readonly readers: Readers;
}

/** A whole run in one process: cluster, swarm, readers, judge. */
export async function trial({ seconds, enough, between, meanwhile, absenceSlackMs = 1500, ...options }: TrialOptions): Promise<Trial> {
  const sinceMs = Date.now();
  const cluster = await startSmallCluster();
  const stands: Between = (await between?.(cluster)) ?? { ...cluster, stop: () => Promise.resolve() };
  const backend = new Backend(stands.apiUrl, cluster.apiKey);
  const { instead } = stands;
  const endpoint = await WebhookEndpoint.open(backend, { seed: options.seed ?? 1, ...(instead === undefined ? {} : { instead }) });
  const swarm = await startSwarm({
    seed: 1,
    rooms: 4,
    sockets: 30,
    ratePerSecond: 120,
    hotShare: 0.5,
    ...options,
    apiUrl: stands.apiUrl,
    apiKey: cluster.apiKey,
    connectUrls: () => stands.connectUrls(),
    graceMs: smallGraceMs,
    absenceSlackMs,
    ...{ edgeGraceMs: 0, settlingMs: smallSettlingMs },
  });
  const load = until(seconds * 1000, enough ?? (() => false));
  await Promise.all([load, meanwhile?.(cluster, swarm)]);
  await swarm.quiesce();
  const fromApi = await readApi({ backend, endpoint, lastCalls: swarm.lastCalls, sinceMs, steadyMs: countedMs });
  const records = await swarm.stop();
  await stands.stop();
  await endpoint.close();
  const log = await cluster.end(new Map([...fromApi.rooms].map(([room, { head }]) => [room, head])));
  const readers = { ...fromApi, log };
  return { verdict: judge(records, readers), records, readers };
}
