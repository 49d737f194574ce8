import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { inParallel } from '@plaza/kit';
import { eventually } from '@plaza/testkit';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';
import type { OwnCassandra } from '@plaza/testkit/engines';
import { percentile } from './machine.js';
import { keepResult } from './report.js';
import { askApi, type Target } from './target.js';

/**
 * `npm run bench:cassandra-away [-- --minutes 10 --rate 2000 --rooms 200 --before 60 --after 60]`: what live traffic feels while Cassandra is killed, while the history catches up, and
 * whether everything accepted is in the history once at the end. Messages go in batches of 100 over the server API of a cluster on real engines.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '2000' },
    rooms: { type: 'string', default: '200' },
    before: { type: 'string', default: '60' },
    after: { type: 'string', default: '60' },
  },
});
const number = (name: keyof typeof values): number => Number(values[name]);
const [awayMs, rate, roomCount] = [number('minutes') * 60_000, number('rate'), number('rooms')];
const [beforeMs, afterMs] = [number('before') * 1000, number('after') * 1000];

const batch = 100;
/** Calls under way at most: what comes too late for them is not sent, and the reached rate is told. */
const mostCalls = 20;
const readsAtOnce = 8;
const callMs = 20_000;
const lookMs = 500;
const restartMs = 300_000;
const catchUpMs = 3 * awayMs + 600_000;
const text = 'x'.repeat(160);

type Phase = 'before' | 'away' | 'catchingUp' | 'after';
const rounded = (value: number): number => Number(value.toFixed(1));

interface Result {
  readonly result: string;
}

/** What is known of one message: `unavailable` says that nobody knows whether it was accepted (docs/protocol.md); so does a call without an answer. */
type Known = 'accepted' | 'unknown';

type Api = Pick<Target, 'api' | 'apiKey'>;

/** Sends at the rate, and keeps what was answered, by phase. */
class Talk {
  phase: Phase = 'before';
  /** By room, of each message by its number. What was refused is not in it. */
  readonly known = new Map<string, Map<number, Known>>();
  readonly tookMs: Record<Phase, number[]> = { before: [], away: [], catchingUp: [], after: [] };
  readonly counts: Record<Phase, Record<string, number>> = { before: {}, away: {}, catchingUp: {}, after: {} };
  readonly #since: Partial<Record<Phase, number>> = {};
  readonly #lastedMs: Partial<Record<Phase, number>> = {};
  #on = true;
  #calls = 0;
  #next = 0;

  constructor(
    private readonly api: Api,
    private readonly rooms: readonly string[],
  ) {
    for (const room of rooms) this.known.set(room, new Map());
  }

  enter(phase: Phase): void {
    const nowMs = performance.now();
    const began = this.#since[this.phase];
    if (began !== undefined) this.#lastedMs[this.phase] = nowMs - began;
    this.#since[phase] = nowMs;
    this.phase = phase;
  }

  async run(): Promise<void> {
    const everyMs = (1000 * batch) / rate;
    for (let dueMs = performance.now(); this.#on; dueMs += everyMs) {
      if (this.#calls < mostCalls) void this.#send();
      await pause(Math.max(0, dueMs + everyMs - performance.now()));
    }
    while (this.#calls > 0) await pause(20);
  }

  end(): void {
    this.#on = false;
  }

  of(phase: Phase): object {
    const seconds = (this.#lastedMs[phase] ?? performance.now() - (this.#since[phase] ?? 0)) / 1000;
    const took = this.tookMs[phase];
    return {
      seconds: rounded(seconds),
      acceptedPerSecond: rounded((this.counts[phase]['accepted'] ?? 0) / seconds),
      answers: this.counts[phase],
      batchMs: { p50: rounded(percentile(took, 50)), p99: rounded(percentile(took, 99)), max: rounded(percentile(took, 100)) },
    };
  }

  async #send(): Promise<void> {
    const { phase } = this;
    const messages = Array.from({ length: batch }, () => {
      const number = this.#next++;
      return { number, room: this.rooms[number % this.rooms.length]!, text: `${number} ${text}` };
    });
    for (const { room, number } of messages) this.known.get(room)!.set(number, 'unknown');
    const startMs = performance.now();
    this.#calls++;
    try {
      const answer = await askApi(
        this.api,
        'POST',
        '/v1/messages/batch',
        { messages: messages.map(({ number: _, ...message }) => message) },
        callMs,
      );
      this.tookMs[phase].push(performance.now() - startMs);
      for (const [i, { result }] of (answer['results'] as Result[]).entries()) {
        this.#count(phase, result);
        const { room, number } = messages[i]!;
        if (result === 'accepted') this.known.get(room)!.set(number, 'accepted');
        else if (result !== 'unavailable') this.known.get(room)!.delete(number);
      }
    } catch {
      this.#count(phase, 'failedCalls');
    } finally {
      this.#calls--;
    }
  }

  #count(phase: Phase, what: string): void {
    this.counts[phase][what] = (this.counts[phase][what] ?? 0) + 1;
  }
}

interface Page {
  readonly events: readonly { readonly message: { readonly body: { readonly text: { readonly text: string } } } }[];
  readonly more: boolean;
  readonly next: string;
}

/** The number of every message that the history has of a room. */
async function historyOf(api: Api, room: string): Promise<number[]> {
  const found: number[] = [];
  for (let after = '0'; ;) {
    const page = await askApi(api, 'GET', `/v1/rooms/${room}/messages?after=${after}&limit=200`, undefined, callMs);
    const { events, more, next } = page as unknown as Page;
    found.push(...events.map(({ message }) => Number.parseInt(message.body.text.text, 10)));
    if (!more) return found;
    after = next;
  }
}

/** Of the whole history. Only `unknown` may be above 0: rows of messages whose senders were told that nobody knows. */
interface Compared {
  rows: number;
  missing: number;
  twice: number;
  unknown: number;
  neverAccepted: number;
}

async function compare(api: Api, { known }: Talk): Promise<Compared> {
  const sum: Compared = { rows: 0, missing: 0, twice: 0, unknown: 0, neverAccepted: 0 };
  await inParallel([...known], readsAtOnce, async ([room, said]) => {
    const found = await historyOf(api, room);
    const have = new Set(found);
    sum.rows += found.length;
    sum.twice += found.length - have.size;
    for (const [number, state] of said) if (state === 'accepted' && !have.has(number)) sum.missing++;
    for (const number of have) {
      if (!said.has(number)) sum.neverAccepted++;
      else if (said.get(number) === 'unknown') sum.unknown++;
    }
  });
  return sum;
}

/** By the history's own gauge: how old the record in hand is, ms. */
async function lagMs(cluster: Cluster): Promise<number> {
  const history = cluster.processes.find(({ kind }) => kind === 'history');
  const response = await fetch(`http://127.0.0.1:${history?.probePort}/metrics`, { signal: AbortSignal.timeout(5000) });
  const lags = [...(await response.text()).matchAll(/^plaza_history_reader_lag_seconds\S* (\S+)$/gm)].map(
    ([, value]) => Number(value) * 1000,
  );
  if (lags.length === 0) throw new Error('the history tells no lag');
  return Math.max(...lags);
}

/** Until the history is behind by no more than this. */
const untilBehind = (cluster: Cluster, mostMs: number, timeoutMs: number): Promise<void> =>
  eventually(
    async () => {
      if ((await lagMs(cluster)) > mostMs) throw new Error('still behind');
    },
    { timeoutMs, everyMs: lookMs },
  );

async function run(): Promise<void> {
  const cluster = await startCluster({
    ...{ edges: 1, holders: 2, logLevel: 'error', ownCassandra: true },
    env: { PLAZA_API_KEY_RATE: '100000' },
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    const cassandra = cluster.engines.cassandra as OwnCassandra;
    const api: Api = cluster.ready;
    const rooms = Array.from({ length: roomCount }, (_, i) => `away-${i}`);
    for (const room of rooms) await askApi(api, 'POST', '/v1/rooms', { room, creator: 'host' }, callMs);
    const talk = new Talk(api, rooms);
    const talking = talk.run();
    talk.enter('before');
    await pause(beforeMs);
    await cassandra.kill('SIGKILL');
    talk.enter('away');
    await pause(awayMs);
    await eventually(() => cassandra.start(), { timeoutMs: restartMs, everyMs: lookMs });
    talk.enter('catchingUp');
    const backMs = performance.now();
    await untilBehind(cluster, 2000, catchUpMs);
    const caughtUpMs = performance.now() - backMs;
    talk.enter('after');
    await pause(afterMs);
    talk.end();
    await talking;
    await untilBehind(cluster, 0, 60_000);
    const history = await compare(api, talk);
    const result = {
      ...{ rate, rooms: roomCount, messageBytes: text.length, awayMinutes: number('minutes') },
      phases: { before: talk.of('before'), away: talk.of('away'), catchingUp: talk.of('catchingUp'), after: talk.of('after') },
      caughtUpSeconds: rounded(caughtUpMs / 1000),
      accepted: [...talk.known.values()].reduce((sum, said) => sum + [...said.values()].filter((one) => one === 'accepted').length, 0),
      history,
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    keepResult('bench-cassandra-away', result);
    if (history.missing + history.twice + history.neverAccepted > 0) process.exitCode = 1;
  } finally {
    await cluster.stop();
  }
}

await run();
process.exit();
