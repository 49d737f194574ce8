import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cpuMicros } from './machine.js';
import { keepResult } from './report.js';
import { Swarm, type SwarmCount } from './swarm.js';
import { askApi, standaloneTarget } from './target.js';

/**
 * `npm run bench:fanout [-- --sockets 5000 --rate 10 --seconds 10]`: one room with many sockets; the CPU that the server process uses per delivered message, and the same
 * for bare uWebSockets with as many sockets, messages and bytes in the same run. Plaza's figure is that of the whole process: API, deciding, log and history are in it.
 */
const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '5000' },
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
  },
});
const [sockets, rate, seconds] = [Number(values.sockets), Number(values.rate), Number(values.seconds)];
/** Sockets that are opened at once; the next follow when these have shaken hands. */
const atOnce = 100;
const settleMs = 2000;

interface Leg {
  readonly cpuMicrosPerDelivery: number;
  readonly deliveries: number;
  readonly expected: number;
  readonly framesASocket: number;
  readonly bytesADelivery: number;
}

/** Sends at the rate for the time, and compares before with after. */
async function measure(swarm: Swarm, pid: number, send: (i: number) => unknown): Promise<Leg> {
  await wait(settleMs);
  const [before, cpuBefore] = [await swarm.count(), cpuMicros(pid)];
  const count = rate * seconds;
  const startMs = performance.now();
  const sent: unknown[] = [];
  for (let i = 0; i < count; i++) {
    await wait(Math.max(0, startMs + (i * 1000) / rate - performance.now()));
    sent.push(send(i));
  }
  await Promise.all(sent);
  await wait(settleMs);
  const [after, cpuAfter] = [await swarm.count(), cpuMicros(pid)];
  if (after.breaks > 0 || after.closed > 0) throw new Error(`not a clean run: ${JSON.stringify(after)}`);
  const difference = (key: keyof SwarmCount): number => after[key] - before[key];
  const deliveries = difference('events');
  return {
    cpuMicrosPerDelivery: Number(((cpuAfter - cpuBefore) / deliveries).toFixed(2)),
    deliveries,
    expected: count * sockets,
    framesASocket: Number((difference('frames') / sockets).toFixed(1)),
    bytesADelivery: Math.round(difference('bytes') / deliveries),
  };
}

async function plazaLeg(): Promise<Leg> {
  const target = await standaloneTarget();
  const room = `fanout-${Date.now()}`;
  let swarm: Swarm | undefined;
  try {
    await askApi(target, 'POST', '/v1/rooms', { room, creator: 'host', notices: 'off', anonymousAllowed: true });
    swarm = await Swarm.open({ url: `${target.connectUrls[0] ?? ''}?room=${room}`, sockets, subprotocol: 'plaza.v1', atOnce }, undefined);
    const say = (i: number): Promise<unknown> =>
      askApi(target, 'POST', `/v1/rooms/${room}/messages`, { as: 'host', text: `message ${i} ${'.'.repeat(100)}` });
    return await measure(swarm, target.pids['standalone'] ?? 0, say);
  } finally {
    swarm?.close();
    await target.stop();
  }
}

async function bareLeg(bytes: number): Promise<Leg> {
  const server = fork(fileURLToPath(new URL('./bare-server.js', import.meta.url)));
  let swarm: Swarm | undefined;
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    swarm = await Swarm.open({ url: `ws://127.0.0.1:${port}/`, sockets, subprotocol: undefined, atOnce }, undefined);
    return await measure(swarm, server.pid ?? 0, () => server.send({ publish: bytes }));
  } finally {
    swarm?.close();
    server.kill('SIGKILL');
  }
}

const plaza = await plazaLeg();
process.stdout.write(`plaza standalone: ${JSON.stringify(plaza)}\n`);
const bare = await bareLeg(plaza.bytesADelivery);
process.stdout.write(`bare uWebSockets: ${JSON.stringify(bare)}\n`);
const ratio = Number((plaza.cpuMicrosPerDelivery / bare.cpuMicrosPerDelivery).toFixed(2));
process.stdout.write(`ratio, CPU per delivery: ${ratio}\n`);
keepResult('bench-fanout', { sockets, rate, seconds, plaza, bare, ratio });
process.exit(0);
