import { setTimeout as pause } from 'node:timers/promises';
import { causeOf, issueToken } from '@plaza/kit';
import { PathProbe } from '../path-probe.js';
import { stamped } from './lags.js';
import { swarmOptions, usage, type SwarmOptions } from './options.js';
import type { SwarmCount } from './order.js';
import { progressLine, swarmResult } from './report.js';
import { Swarm } from './swarm.js';

/** `npm run swarm -- --url ws://...`: many sockets at any Plaza; see `usage`. Ends with 1 where a chain broke or nobody was let in. */
const lineMs = 1000;
const tokenMs = 86_400_000;
const messageBytes = 200;
/** Lags of so many messages are kept for the result. */
const mostLags = 1_000_000;

async function speakerOf({ order, rate }: SwarmOptions): Promise<(() => void) | undefined> {
  const [room] = order.rooms ?? [];
  if (rate === 0 || room === undefined || order.tokens === undefined) return undefined;
  const { secret } = order.tokens;
  const token = issueToken(secret, { account: 'swarm-speaker', expiresMs: Date.now() + tokenMs, capabilities: ['enter', 'send'] });
  const probe = await PathProbe.join(order.url, token, room);
  const say = (): void => void probe.say(room, stamped(messageBytes)).catch((error: unknown) => tell(`not accepted: ${causeOf(error)}`));
  const timer = setInterval(say, 1000 / rate);
  return () => {
    clearInterval(timer);
    probe.close();
  };
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Watches until the time is over; true: nothing was wrong. */
async function watch(swarm: Swarm, { seconds, json }: SwarmOptions): Promise<boolean> {
  const lags: number[] = [];
  const first = await swarm.count();
  const startMs = performance.now();
  let [before, beforeMs]: [SwarmCount, number] = [first, startMs];
  while (performance.now() - startMs < seconds * 1000) {
    await pause(Math.min(lineMs, Math.max(1, startMs + seconds * 1000 - performance.now())));
    const [now, nowMs] = [await swarm.count(), performance.now()];
    lags.push(...[...now.lags.values()].slice(0, mostLags - lags.length));
    tell(progressLine(before, now, (nowMs - beforeMs) / 1000));
    [before, beforeMs] = [now, nowMs];
  }
  const result = swarmResult(first, before, (beforeMs - startMs) / 1000, lags);
  process.stdout.write(`${JSON.stringify(result, null, json ? undefined : 2)}\n`);
  return before.breaks === 0 && before.open > 0;
}

async function run(options: SwarmOptions): Promise<boolean> {
  const startMs = performance.now();
  const swarm = await Swarm.open(options.order, undefined, options.processes);
  let hush: (() => void) | undefined;
  try {
    const { open, failed } = await swarm.count();
    tell(
      `${open} sockets opened in ${((performance.now() - startMs) / 1000).toFixed(1)} s${open < options.order.sockets ? `; not let in: ${JSON.stringify(failed)}` : ''}`,
    );
    hush = await speakerOf(options);
    return await watch(swarm, options);
  } finally {
    hush?.();
    swarm.close();
  }
}

const options = swarmOptions(process.argv.slice(2));
if ('mistakes' in options) {
  tell(`${options.mistakes.join('\n')}\n\n${usage}`);
  process.exit(64);
}
process.exit((await run(options)) ? 0 : 1);
