import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { shardOf, type RoomId } from '@plaza/domain';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';
import { changesOf, type Change } from './handover-phases.js';
import { Talker, type Said } from './handover-talker.js';
import { cpuShares, cpuTicks, percentile } from './machine.js';
import { keepResult } from './report.js';
import { askApi, benchEnv } from './target.js';

/**
 * `npm run bench:handover [-- --rooms 48 --every 400 --nats 3 --rounds 1 --acts stop,kill --with-readers]`: the pause that a client feels when the shard of its room gets another holder. Three
 * room-state processes and two edges on real engines; a client in each room says one message after the other. Each room-state process in turn is stopped in order
 * (SIGTERM) and started again, then killed (SIGKILL) and started again. Who is not on the way of a message (api, history, metrics) is stopped before, unless
 * `--with-readers`: on a small machine they take the cores that are to be measured.
 */
const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '48' },
    every: { type: 'string', default: '400' },
    nats: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '1' },
    acts: { type: 'string', default: 'stop,kill' },
    'with-readers': { type: 'boolean', default: false },
  },
});
const [rooms, everyMs, rounds] = [values.rooms, values.every, values.rounds].map(Number) as [number, number, number];
const acts = new Set(values.acts.split(','));
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
  /** From when its shard was served again, or its message sent after that, to the reply. */
  readonly answeredMs: number | undefined;
}

const felt = new Map<Kind, Felt[]>();
/** Of every shard that changed hands: from the beginning of its release, or the act, until it was served again. */
const standstill = new Map<Kind, number[]>();
/** Shares of the machine's CPU time, act by act. */
const cpu = new Map<Kind, { readonly ours: number; readonly others: number }[]>();

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
  cpu.set(kind, [...(cpu.get(kind) ?? []), cpuShares(before, cpuTicks())]);
  const logFiles = cluster.processes.filter(({ kind: of }) => of === 'room-state').map(({ logFile }) => logFile);
  const changes = new Map(changesOf(logFiles, fromMs, Date.now()).map((change) => [change.shard, change]));
  const noted = all.map((talker): Felt => {
    const change = changes.get(shardOf(talker.room as RoomId, shards));
    return {
      longest: talker.longest(fromMs, Date.now()),
      actMs: fromMs,
      change,
      answeredMs: change && talker.answeredAfter(change.heldMs),
    };
  });
  felt.set(kind, [...(felt.get(kind) ?? []), ...noted]);
  const still = [...changes.values()].map(({ release, heldMs }) => heldMs - (release?.beganMs ?? fromMs));
  standstill.set(kind, [...(standstill.get(kind) ?? []), ...still]);
  process.stdout.write(`${kind}: ${JSON.stringify(reported(kind, noted))}\n`);
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
    untilAnswered: median(({ answeredMs }) => answeredMs),
  };
}

const share = (kind: Kind, of: 'ours' | 'others'): number =>
  Number(
    percentile(
      (cpu.get(kind) ?? []).map((shares) => shares[of]),
      50,
    ).toFixed(2),
  );

function reported(kind: Kind, all: readonly Felt[]): object {
  const moved = all.filter(({ change }) => change !== undefined);
  const others = all.filter(({ change }) => change === undefined);
  const took = (some: readonly Felt[]): object => figures(some.map(({ longest }) => longest.tookMs));
  return {
    ...(moved.length === 0
      ? {}
      : { pauseMs: took(moved), clients: moved.length, standstillMs: figures(standstill.get(kind) ?? []), stepsMs: steps(moved) }),
    othersMs: took(others),
    refused: all.reduce((sum, { longest }) => sum + longest.refused, 0),
    cpu: { ours: share(kind, 'ours'), others: share(kind, 'others') },
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
    const readers = cluster.processes.filter(({ kind }) => kind !== 'room-state' && kind !== 'edge');
    if (!values['with-readers']) await Promise.all(readers.map((reader) => reader.stop()));
    for (const talker of all) talker.talk(everyMs);
    await pause(warmUpMs);
    const holders = cluster.processes.filter(({ kind }) => kind === 'room-state');
    await act('nothing', cluster, all, () => pause(calmMs));
    for (let round = 0; round < rounds; round++) {
      for (const holder of acts.has('stop') ? holders : []) {
        await act('stopped', cluster, all, () => holder.stop());
        await act('startedAfterStop', cluster, all, () => holder.start());
      }
      for (const holder of acts.has('kill') ? holders : []) {
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
      ...Object.fromEntries(kinds.map((kind) => [kind, reported(kind, felt.get(kind) ?? [])])),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    keepResult('bench-handover', result);
  } finally {
    await cluster.stop();
  }
}

await run();
process.exit(0);
