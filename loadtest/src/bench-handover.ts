import { parseArgs } from 'node:util';
import { CommandRouter, ShardTable } from '@plaza/bus';
import { GrpcRoomGateway } from '@plaza/bus/grpc';
import { NatsPeers } from '@plaza/bus/nats';
import type { Command } from '@plaza/domain';
import { common, createLogger, grpcConfig, natsConfig, readConfig, systemClock } from '@plaza/kit';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { connectNats } from '@plaza/kit/nats';
import { ClientFrame, Reply } from '@plaza/proto/client';
import { SessionFacts } from '@plaza/proto/room';
import { encodeCommand } from '@plaza/protocol';
import { startCluster } from '@plaza/testkit/cluster';
import { percentile } from './machine.js';
import { keepResult } from './report.js';

/**
 * `npm run bench:handover [-- --rooms 4000 --shards 256 --rate 1000 --seconds 20 --probes 64]`: how long a message waits at a planned hand-over. Two room-state processes on real
 * engines; every room talks; one process is stopped in order (SIGTERM) and started again, so that shards go over and come back. The asker is an edge's command router.
 */
const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '4000' },
    shards: { type: 'string', default: '256' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    probes: { type: 'string', default: '64' },
  },
});
const [rooms, shards, rate, seconds, probes] = [values.rooms, values.shards, values.rate, values.seconds, values.probes].map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
const probePauseMs = 20;
const quietMs = 3000;
const roomName = (i: number): string => `room-${i}`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const commandOf = (json: unknown): Command => ClientFrame.fromJSON(json).body as Command;

interface Asked {
  readonly atMs: number;
  readonly tookMs: number;
  readonly outcome: string;
}

async function routerOf(natsUrls: readonly string[]): Promise<CommandRouter> {
  const env = { PLAZA_NATS_SERVERS: natsUrls.join(','), PLAZA_SHARDS: String(shards) };
  const read = readConfig({ ...natsConfig, ...grpcConfig, shards: common.shards }, env);
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const peers = new NatsPeers([await connectNats(read.config, 'bench')], createLogger('bench', 'warn'));
  const table = new ShardTable();
  peers.onBeat((beat) => table.apply(beat, Date.now()));
  return new CommandRouter({
    shards,
    table,
    peers,
    gateway: new GrpcRoomGateway({ credentials: grpcChannelCredentials(read.config) }),
    asker: 'bench',
    clock: systemClock,
    factsOf,
    onEnded: () => undefined,
    onDelivery: () => undefined,
    limits: { unansweredPerShard: 100_000 },
  });
}

const factsOf = (session: number): SessionFacts =>
  SessionFacts.create({ session, room: roomName(session - 1), account: `talker-${session}`, deviceKind: 'web', enteredMs: 1 });

class Talk {
  readonly said: Asked[] = [];
  #on = true;
  #number = 0;

  constructor(private readonly router: CommandRouter) {}

  async say(room: number, asked: Asked[]): Promise<void> {
    const startMs = performance.now();
    const outcome = await this.ask(room, commandOf({ sendMessage: { body: { text: { text: `m${++this.#number}` } } } }), room + 1);
    asked.push({ atMs: startMs, tookMs: performance.now() - startMs, outcome });
  }

  async ask(room: number, command: Command, session: number): Promise<string> {
    const facts = command.$case === 'join' ? { facts: factsOf(session) } : {};
    const commandId = `c${++this.#number}`;
    const outcome = await this.router.submit({ room: roomName(room), session, commandId, ...encodeCommand(command), ...facts });
    return 'unavailable' in outcome ? 'unavailable' : (Reply.decode(outcome.reply).result?.$case ?? 'nothing');
  }

  /** All rooms in turn, at the rate. */
  async load(): Promise<void> {
    const stepMs = 20;
    for (let room = 0; this.#on;) {
      for (let i = 0; i < (rate * stepMs) / 1000; i++) void this.say(room++ % rooms, this.said);
      await pause(stepMs);
    }
  }

  /** One room, one message after the other. */
  async probe(room: number): Promise<Asked[]> {
    const asked: Asked[] = [];
    while (this.#on) {
      await this.say(room, asked);
      await pause(probePauseMs);
    }
    return asked;
  }

  end(): void {
    this.#on = false;
  }
}

/** The longest wait of each probed room within a time. */
function stalls(probed: readonly Asked[][], fromMs: number, untilMs: number): { p50: number; p99: number; max: number } {
  const longest = probed.map((asked) =>
    Math.max(0, ...asked.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs).map(({ tookMs }) => tookMs)),
  );
  const round = (p: number): number => Number(percentile(longest, p).toFixed(1));
  return { p50: round(50), p99: round(99), max: round(100) };
}

const countsOf = (asked: readonly Asked[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { outcome } of asked) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

async function run(): Promise<void> {
  const env = { PLAZA_SHARDS: String(shards) };
  const cluster = await startCluster({ edges: 1, holders: 2, logLevel: 'warn', env });
  try {
    const router = await routerOf(cluster.engines.natsUrls);
    const talk = new Talk(router);
    const all = Array.from({ length: rooms }, (_, i) => i);
    for (let at = 0; at < rooms; at += 500) {
      const some = all.slice(at, at + 500);
      await Promise.all(some.map((room) => talk.ask(room, commandOf({ createRoom: { creator: 'host', notices: 'off' } }), 0)));
      await Promise.all(some.map((room) => talk.ask(room, commandOf({ join: {} }), room + 1)));
    }
    const loading = talk.load();
    const probing = Promise.all(all.slice(0, probes).map((room) => talk.probe(Math.floor((room * rooms) / probes))));
    await pause(seconds * 1000);
    const [holder] = cluster.processes;
    const marks = [performance.now()];
    await holder?.stop();
    await pause(quietMs);
    marks.push(performance.now());
    await holder?.start();
    await pause(quietMs);
    marks.push(performance.now());
    talk.end();
    await loading;
    const probed = await probing;
    const [left, back, over] = marks as [number, number, number];
    const result = {
      rooms,
      shards,
      rate,
      stallMs: {
        nothingHappens: stalls(probed, left - (back - left), left),
        aProcessLeaves: stalls(probed, left, back),
        aProcessComes: stalls(probed, back, over),
      },
      outcomes: countsOf([...talk.said, ...probed.flat()]),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    keepResult('bench-handover', result);
  } finally {
    await cluster.stop();
  }
}

await run();
process.exit(0);
