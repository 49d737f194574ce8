import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { shardOf, type RoomId } from '@plaza/domain';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';
import { changesOf, type Change } from './handover-phases.js';
import { Talker, type Said } from './handover-talker.js';
import { cpuTicks, percentile } from './machine.js';
import { keepResult } from './report.js';
import { askApi, benchEnv } from './target.js';

/**
 * `npm run bench:handover [-- --rooms 48 --every 300 --nats 3 --rounds 1]`: the pause that a client feels when the shard of its room gets another holder. Three
 * room-state processes and two edges on real engines; a client in each room says one message after the other. Each room-state process in turn is stopped in order
 * (SIGTERM) and started again, then killed (SIGKILL) and started again.
 */
const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '48' },
    every: { type: 'string', default: '300' },
    nats: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '1' },
  },
});
const [rooms, everyMs, rounds] = [values.rooms, values.every, values.rounds].map(Number) as [number, number, number];
const shards = 256;
const warmUpMs = 10_000;
/** After each act, until the next: longer than any pause that is looked for. */
const calmMs = 6000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Kind = 'nothing' | 'stopped' | 'startedAfterStop' | 'killed' | 'startedAfterKill';

/** What one client felt of one act, and what happened to its shard; undefined: nothing. */
interface Felt {
  readonly longest: Said;
  readonly actMs: number;
  readonly change: Change | undefined;
}

const felt = new Map<Kind, Felt[]>();
/** The share of the machine's CPU time that nobody had, act by act. */
const idle = new Map<Kind, number[]>();

async function talkers({ ready: { api, apiKey }, connectUrls }: Cluster): Promise<Talker[]> {
  const target = { api, apiKey };
  const joined: Talker[] = [];
  for (let i = 0; i < rooms; i++) {
    const room = `room-${i}`;
    await askApi(target, 'POST', '/v1/rooms', { room, creator: 'host', notices: 'off' });
    const { token } = await askApi(target, 'POST', '/v1/tokens', { account: `talker-${i}` });
    joined.push(await Talker.join(connectUrls[i % connectUrls.length] as string, token as string, room));
  }
  return joined;
}

/** Does something to the cluster, waits until it is calm again, and notes what every client felt. */
async function act(kind: Kind, cluster: Cluster, all: readonly Talker[], work: () => Promise<unknown>): Promise<void> {
  const fromMs = Date.now();
  const before = cpuTicks();
  await work();
  await pause(calmMs);
  const after = cpuTicks();
  idle.set(kind, [...(idle.get(kind) ?? []), (after.idle - before.idle) / (after.all - before.all)]);
  const logFiles = cluster.processes.filter(({ kind: of }) => of === 'room-state').map(({ logFile }) => logFile);
  const changes = new Map(changesOf(logFiles, fromMs, Date.now()).map((change) => [change.shard, change]));
  const noted = all.map((talker): Felt => {
    const change = changes.get(shardOf(talker.room as RoomId, shards));
    return { longest: talker.longest(fromMs, Date.now()), actMs: fromMs, change };
  });
  felt.set(kind, [...(felt.get(kind) ?? []), ...noted]);
}

const figures = (ms: readonly number[]): { p50: number; p99: number; max: number } => {
  const at = (p: number): number => Number(percentile(ms, p).toFixed(0));
  return { p50: at(50), p99: at(99), max: at(100) };
};

/** Medians over the shards that changed hands, in ms: each step, in its order. */
function steps(moved: readonly Felt[]): object {
  const median = (of: (felt: Felt, change: Change) => number | undefined): number | undefined => {
    const ms = moved.flatMap((one) => (one.change === undefined ? [] : (of(one, one.change) ?? [])));
    return ms.length === 0 ? undefined : Number(percentile(ms, 50).toFixed(0));
  };
  return {
    releaseTakes: median((_, { release }) => release && release.endedMs - release.beganMs),
    untilNoticed: median(({ actMs }, { release, claimBeganMs }) => claimBeganMs - (release?.endedMs ?? actMs)),
    claimTakes: median((_, { claimBeganMs, claimedMs }) => claimedMs - claimBeganMs),
    recoveryTakes: median((_, { claimedMs, heldMs }) => heldMs - claimedMs),
    untilAnswered: median(({ longest }, { heldMs }) => longest.sentMs + longest.tookMs - heldMs),
  };
}

function reported(kind: Kind): object {
  const all = felt.get(kind) ?? [];
  const moved = all.filter(({ change }) => change !== undefined);
  const others = all.filter(({ change }) => change === undefined);
  const took = (some: readonly Felt[]): object => figures(some.map(({ longest }) => longest.tookMs));
  return {
    ...(moved.length === 0 ? {} : { pauseMs: took(moved), clients: moved.length, stepsMs: steps(moved) }),
    othersMs: took(others),
    refused: all.reduce((sum, { longest }) => sum + longest.refused, 0),
    cpuIdle: Number(percentile(idle.get(kind) ?? [], 50).toFixed(2)),
  };
}

async function run(): Promise<void> {
  const natsServers = values.nats === '1' ? 1 : 3;
  const cluster = await startCluster({
    edges: 2,
    holders: 3,
    natsServers,
    logLevel: 'debug',
    env: { ...benchEnv, PLAZA_SHARDS: String(shards) },
  });
  try {
    const all = await talkers(cluster);
    for (const talker of all) talker.talk(everyMs);
    await pause(warmUpMs);
    const holders = cluster.processes.filter(({ kind }) => kind === 'room-state');
    await act('nothing', cluster, all, () => pause(calmMs));
    for (let round = 0; round < rounds; round++) {
      for (const holder of holders) {
        await act('stopped', cluster, all, () => holder.stop());
        await act('startedAfterStop', cluster, all, () => holder.start());
      }
      for (const holder of holders) {
        await act('killed', cluster, all, () => holder.kill());
        await act('startedAfterKill', cluster, all, () => holder.start());
      }
    }
    await Promise.all(all.map((talker) => talker.end()));
    const kinds: Kind[] = ['nothing', 'stopped', 'startedAfterStop', 'killed', 'startedAfterKill'];
    const result = {
      rooms,
      messagesPerSecond: Math.round((rooms * 1000) / everyMs),
      natsServers,
      loadAverage: Number((loadavg()[0] ?? 0).toFixed(1)),
      ...Object.fromEntries(kinds.map((kind) => [kind, reported(kind)])),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    keepResult('bench-handover', result);
  } finally {
    await cluster.stop();
  }
}

await run();
process.exit(0);
