import { parseArgs } from 'node:util';
import { percentile, residentMiB } from './machine.js';
import { PathProbe } from './path-probe.js';
import { keepResult } from './report.js';
import { askApi, clusterTarget, standaloneTarget, type Target } from './target.js';

/**
 * `npm run bench:path [-- --on standalone|cluster|both --sockets 100 --messages 500]`: from a send to its reply, and to the last socket of the room; one message at
 * a time, so that nothing waits for anything but its own way. All sockets are in this process: its own work is in the second figure.
 */
const { values } = parseArgs({
  options: {
    on: { type: 'string', default: 'both' },
    sockets: { type: 'string', default: '100' },
    messages: { type: 'string', default: '500' },
  },
});
const warmUp = 50;
const figures = (ms: readonly number[]): { p50: number; p99: number } => ({
  p50: Number(percentile(ms, 50).toFixed(2)),
  p99: Number(percentile(ms, 99).toFixed(2)),
});

async function measure(target: Target, sockets: number, messages: number): Promise<object> {
  const room = `path-${Date.now()}`;
  const memoryMiB = Object.fromEntries(Object.entries(target.pids).map(([name, pid]) => [name, residentMiB(pid)]));
  await askApi(target, 'POST', '/v1/rooms', { room, creator: 'host', notices: 'off' });
  const probes: PathProbe[] = [];
  for (let i = 0; i < sockets; i++) {
    const { token } = await askApi(target, 'POST', '/v1/tokens', { account: `viewer-${i}` });
    const url = target.connectUrls[i % target.connectUrls.length] as string;
    probes.push(await PathProbe.join(url, token as string, room));
  }
  const [sender] = probes as [PathProbe];
  const toReply: number[] = [];
  const toLast: number[] = [];
  for (let i = 0; i < messages + warmUp; i++) {
    const text = `m${i}`;
    const everywhere = Promise.all(probes.map((probe) => probe.arrival(text)));
    const startMs = performance.now();
    const replyMs = await sender.say(room, text);
    const lastMs = Math.max(...(await everywhere));
    if (i < warmUp) continue;
    toReply.push(replyMs - startMs);
    toLast.push(lastMs - startMs);
  }
  for (const probe of probes) probe.close();
  return { sockets, messages, toReplyMs: figures(toReply), toLastSocketMs: figures(toLast), memoryAtRestMiB: memoryMiB };
}

async function run(): Promise<void> {
  const targets = { standalone: standaloneTarget, cluster: clusterTarget };
  const wanted = (['standalone', 'cluster'] as const).filter((name) => values.on === 'both' || values.on === name);
  if (wanted.length === 0) throw new Error(`--on ${values.on}: expected standalone, cluster or both`);
  const results: Record<string, object> = {};
  for (const name of wanted) {
    const target = await targets[name]();
    try {
      results[name] = await measure(target, Number(values.sockets), Number(values.messages));
      process.stdout.write(`${name}: ${JSON.stringify(results[name])}\n`);
    } finally {
      await target.stop();
    }
  }
  keepResult('bench-path', results);
}

await run();
process.exit(0);
