import { eventually } from '@plaza/testkit';
import type { WebhookEndpoint } from '../platform/endpoint.js';
import { readApi } from '../readers/read-all.js';
import { readLog } from '../readers/log.js';
import type { LoggedRecord, Readers } from '../readings.js';
import type { Backend } from '../swarm/backend.js';
import type { Swarm } from '../swarm/swarm.js';
import type { Scene } from './scene.js';

/** After so long every room that had people coming and going has logged its tally. */
const tallyMs = 12_000;
/** Their readers have caught up by then. */
const steadyMs = 1000;
const readersWithinMs = 120_000;

/** Everything that the judge wants to know of a cluster whose swarm is quiet. Rejects where the readers of the log do not catch up. */
export async function readCluster(
  scene: Scene,
  swarm: Swarm,
  api: { readonly backend: Backend; readonly endpoint: WebhookEndpoint; readonly startedMs: number },
  say: (line: string) => void,
): Promise<Readers> {
  await new Promise((resolve) => setTimeout(resolve, tallyMs));
  const heads = new Map(swarm.lastCalls.map(({ room, position }) => [room, position]));
  const ends = endsOf(await readLog(scene.log, heads), scene.log.streams);
  say('the log is read; waiting until history, metrics and the audit log have read all of it, too');
  await eventually(() => expectCaughtUp(scene, ends), { timeoutMs: readersWithinMs, everyMs: 200 });
  const fromApi = await readApi({ ...api, lastCalls: swarm.lastCalls, sinceMs: api.startedMs, steadyMs });
  const log = await readLog(scene.log, new Map([...fromApi.rooms].map(([room, { head }]) => [room, head])));
  say(`everything is read: ${log.length} records`);
  return { ...fromApi, log };
}

/** The newest sequence of each stream. */
function endsOf(records: readonly LoggedRecord[], streams: number): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (const { shard, sequence } of records) ends.set(shard % streams, Math.max(ends.get(shard % streams) ?? 0, sequence));
  return ends;
}

function expectCaughtUp(scene: Scene, ends: ReadonlyMap<number, number>): void {
  for (const [stream, end] of ends)
    for (const kind of ['history', 'metrics', 'audit'] as const) {
      const through = scene.readThrough(kind, stream);
      if (through < end) throw new Error(`${kind} has read stream ${stream} up to ${through} of ${end}`);
    }
}
