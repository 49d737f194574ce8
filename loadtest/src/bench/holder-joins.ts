import { setTimeout as pause } from 'node:timers/promises';
import { Reply } from '@plaza/proto/client';
import { CommandBatch, ReplyBatch, type EntryReply } from '@plaza/proto/room';
import { decodeCommand } from '@plaza/protocol';
import { cpuMicros } from '../machine.js';
import type { Bed } from './bed.js';
import { joinOf, SyntheticEdge } from './synthetic-edge.js';

/** What joins cost the holder of their room, fed by edges without sockets. */
export interface HolderJoins {
  readonly asked: number;
  readonly joined: number;
  readonly others: Readonly<Record<string, number>>;
  readonly perSecond: number;
  /** CPU a join, with whatever else the process does meanwhile. */
  readonly micros: number;
  /** What it does at rest: a part of the above. */
  readonly restMicrosASecond: number;
  /** Of a core. */
  readonly share: number;
  /** What the same messages cost alone: read and written once each by the same code, in this process, with nothing decided or sent. */
  readonly messagesMicros: number;
}

const edges = 3;
const perSecond = 20_000;
const seconds = 3;
const warmUpSeconds = 1;
const restMs = 2000;
const tickMs = 2;
const answersMs = 10_000;
/** Joins whose messages are read and written with nothing else. */
const alone = 40_000;

/** Joins of new accounts into one room, from three edges at 20,000 a second. The room has some before: code and maps are warm. */
export async function joinsAtHolder(bed: Bed, room: string): Promise<HolderJoins> {
  const pid = bed.pid('room-state-1');
  const holder = bed.cluster.processes.find(({ id }) => id === 'room-state-1');
  const restFrom = cpuMicros(pid);
  await pause(restMs);
  const restMicrosASecond = ((cpuMicros(pid) - restFrom) * 1000) / restMs;
  const synthetic = Array.from({ length: edges }, (_, i) => new SyntheticEdge(`synthetic-${i}`, `127.0.0.1:${holder?.port}`));
  try {
    await join(synthetic, room, warmUpSeconds);
    const [before, cpuBefore, startMs] = [joinedOf(synthetic), cpuMicros(pid), performance.now()];
    await join(synthetic, room, seconds);
    const tookMs = performance.now() - startMs;
    const micros = cpuMicros(pid) - cpuBefore;
    const joined = joinedOf(synthetic) - before;
    return {
      asked: perSecond * seconds,
      joined,
      others: Object.assign({}, ...synthetic.map(({ others }) => others)) as Record<string, number>,
      perSecond: (1000 * joined) / tookMs,
      micros: micros / joined,
      restMicrosASecond,
      share: micros / 1000 / tookMs,
      messagesMicros: messagesAlone(room, synthetic[0]?.lastReply),
    };
  } finally {
    for (const edge of synthetic) edge.close();
  }
}

const joinedOf = (all: readonly SyntheticEdge[]): number => all.reduce((sum, { joined }) => sum + joined, 0);

/** At the rate, by each in turn; resolves when all are answered, or nothing comes any more. */
async function join(all: readonly SyntheticEdge[], room: string, forSeconds: number): Promise<void> {
  const wanted = perSecond * forSeconds;
  const [startMs, before] = [performance.now(), joinedOf(all)];
  for (let asked = 0; asked < wanted; await pause(tickMs)) {
    const due = Math.min(wanted, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
    all.forEach((edge, i) => edge.join(room, Math.floor((due + i) / all.length) - Math.floor((asked + i) / all.length)));
    asked = due;
  }
  const lateMs = performance.now() + answersMs;
  while (joinedOf(all) - before < wanted && performance.now() < lateMs) await pause(tickMs);
}

/** In batches as large as they come to a holder at that rate, after as many that warm up. */
function messagesAlone(room: string, answer: EntryReply | undefined): number {
  if (answer === undefined) throw new Error('no join was answered');
  const entries = Array.from({ length: (perSecond * tickMs) / 1000 / edges }, (_, i) => joinOf('synthetic-0', i + 1, room));
  const [batch, reply] = [CommandBatch.encode({ asker: '', entries }).finish(), Reply.decode(answer.reply)];
  const times = Math.ceil(alone / entries.length);
  const once = (): void => {
    const replies = CommandBatch.decode(batch).entries.map(({ number, kind, body }) => {
      decodeCommand(kind, body);
      return { ...answer, number, reply: Reply.encode(reply).finish() };
    });
    ReplyBatch.encode({ replies, ended: [], deliveries: [] }).finish();
  };
  for (let i = 0; i < times; i++) once();
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) once();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (times * entries.length);
}
