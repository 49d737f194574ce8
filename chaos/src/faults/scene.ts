import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ShardTable } from '@plaza/bus';
import { NatsPeers } from '@plaza/bus/nats';
import { shardOf, streamOf, type RoomId } from '@plaza/domain';
import { common, createLogger, natsConfig, readConfig } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { JetStreamLog } from '@plaza/log/nats';
import { eventually } from '@plaza/testkit';
import type { Cluster, ServiceKind, ServiceProcess } from '@plaza/testkit/cluster';
import type { NatsServer, OwnCassandra, RedisEngine } from '@plaza/testkit/engines';
import { Redis } from 'ioredis';
import type { SmallDisks } from './small-disks.js';
import type { Links } from './links.js';

/** Whatever can be killed, stopped and started again. */
export interface Victim {
  readonly id: string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
}

export interface SceneParts {
  readonly cluster: Cluster;
  readonly links: Links;
  readonly clocks: string;
  readonly disks: SmallDisks | undefined;
  /** The main of the edge of the previous commit. */
  readonly previousEdge: string | undefined;
}

const noAnswerMs = 20_000;
const startsWithinMs = 300_000;

/** A running cluster with all the hands that faults need. Its own connections go past the links. */
export class Scene {
  hotRoom = '';

  private constructor(
    private readonly parts: SceneParts,
    readonly log: JetStreamLog,
    private readonly table: ShardTable,
    private readonly through: ReadonlyMap<string, number>,
    private readonly ends: () => Promise<void>,
  ) {}

  static async open(parts: SceneParts): Promise<Scene> {
    const env = { PLAZA_NATS_SERVERS: parts.cluster.engines.natsUrls.join(',') };
    const read = readConfig({ ...natsConfig, shards: common.shards, streams: common.streams }, env);
    if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
    const { shards, streams } = read.config;
    const logger = createLogger('chaos', 'silent');
    const connection = await connectNats(read.config, 'chaos');
    const log = await JetStreamLog.open({ connection, shards, streams, replicas: parts.cluster.engines.natsUrls.length, logger });
    const peers = new NatsPeers([connection], logger);
    const table = new ShardTable();
    const through = new Map<string, number>();
    peers.onBeat((beat) => {
      table.apply(beat, Date.now());
      for (const { stream, through: sequence } of beat.reading?.streams ?? [])
        through.set(`${beat.kind}/${stream}`, Math.max(through.get(`${beat.kind}/${stream}`) ?? 0, sequence));
    });
    return new Scene(parts, log, table, through, async () => {
      await peers.close();
      await log.close();
      await connection.close();
    });
  }

  close(): Promise<void> {
    return this.ends();
  }

  get links(): Links {
    return this.parts.links;
  }

  get cluster(): Cluster {
    return this.parts.cluster;
  }

  get disks(): SmallDisks {
    if (this.parts.disks === undefined) throw new Error('there are no small disks');
    return this.parts.disks;
  }

  get previousEdge(): string {
    if (this.parts.previousEdge === undefined) throw new Error('there is no build of the previous commit');
    return this.parts.previousEdge;
  }

  services(kind: ServiceKind): ServiceProcess[] {
    return this.cluster.processes.filter((process) => process.kind === kind);
  }

  get hotShard(): number {
    return shardOf(this.hotRoom as RoomId, this.log.shards);
  }

  /** By the beats, as edges know it. */
  holderOfHotRoom(): Promise<ServiceProcess> {
    const found = (): ServiceProcess => {
      const id = this.table.holderOf(this.hotShard)?.id;
      const holder = this.cluster.processes.find((process) => process.id === id);
      if (holder === undefined) throw new Error(`no process of this cluster holds ${this.hotRoom}`);
      return holder;
    };
    return eventually(found, { timeoutMs: noAnswerMs });
  }

  get nats(): Victim[] {
    return this.#servers.map((server) => namedAs(server.name, server));
  }

  /** The server that leads the stream of the hot room. */
  async streamLeader(): Promise<Victim> {
    const leader = await eventually(() => this.#leaderName(), { timeoutMs: noAnswerMs });
    return this.nats.find(({ id }) => id === leader) as Victim;
  }

  async streamFollower(): Promise<Victim> {
    const leader = await this.streamLeader();
    return this.nats.find(({ id }) => id !== leader.id) as Victim;
  }

  get redis(): Victim {
    return namedAs('redis', this.cluster.engines.redis as RedisEngine);
  }

  get cassandra(): Victim {
    return namedAs('cassandra', this.cluster.engines.cassandra as OwnCassandra);
  }

  async flushRedis(): Promise<void> {
    const redis = new Redis(this.cluster.engines.redisUrl);
    try {
      await redis.flushall();
    } finally {
      redis.disconnect();
    }
  }

  /** From now on this holder's clock is ahead by so many ms. */
  async setClock(holder: ServiceProcess, aheadMs: number): Promise<void> {
    writeFileSync(join(this.parts.clocks, holder.id), String(aheadMs));
    await holder.kill('SIGUSR2');
  }

  /** How far the readers of a kind have read a stream, by their own beats; 0: nothing was heard. */
  readThrough(kind: 'history' | 'metrics' | 'audit', stream: number): number {
    return this.through.get(`${kind}/${stream}`) ?? 0;
  }

  /** Processes that do not serve. */
  async notReady(): Promise<{ readonly process: ServiceProcess; readonly state: string }[]> {
    const states = await Promise.all(this.cluster.processes.map(async (process) => ({ process, state: await process.state() })));
    return states.filter(({ state }) => state !== 'ready');
  }

  get #servers(): readonly NatsServer[] {
    return this.cluster.engines.nats?.servers ?? [];
  }

  async #leaderName(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${await this.#livingMonitor()}/jsz?streams=true`, { signal: AbortSignal.timeout(2000) });
    const { account_details: accounts = [] } = (await answer.json()) as JetStreamState;
    const name = `LOG-${streamOf(this.hotShard, this.log.streams)}`;
    const leader = accounts.flatMap((account) => account.stream_detail ?? []).find((stream) => stream.name === name)?.cluster?.leader;
    if (leader === undefined) throw new Error(`${name} has no leader`);
    return leader;
  }

  async #livingMonitor(): Promise<number> {
    for (const { pid, monitorPort } of this.#servers) {
      if (pid === 0) continue;
      const answers = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (answers) return monitorPort;
    }
    throw new Error('no nats-server is healthy');
  }
}

interface JetStreamState {
  readonly account_details?: readonly { readonly stream_detail?: readonly { name: string; cluster?: { leader?: string } }[] }[];
}

const namedAs = (id: string, engine: Omit<Victim, 'id'>): Victim => ({
  id,
  kill: (signal) => engine.kill(signal),
  // A Cassandra on a busy machine may need more time than the test kit gives it.
  start: () => eventually(() => engine.start(), { timeoutMs: startsWithinMs }),
});
