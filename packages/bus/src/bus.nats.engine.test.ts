import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';
import { natsConfig, readConfig } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { eventually, quietLogger } from '@plaza/testkit';
import { startNats, type NatsEngine } from '@plaza/testkit/engines';
import { liveContract } from './live.contract.js';
import { NatsLive } from './live.nats.js';
import { beatOf, peersContract } from './peers.contract.js';
import { NatsPeers } from './peers.nats.js';

const logger = quietLogger();
let engine: NatsEngine;
const connections: NatsConnection[] = [];

async function connection(): Promise<NatsConnection> {
  const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: engine.urls.join() });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  const made = await connectNats(read.config, 'test');
  connections.push(made);
  return made;
}

const closeConnections = async (): Promise<void> => {
  await Promise.all(connections.splice(0).map((made) => made.close()));
};

beforeAll(async () => {
  engine = await startNats();
});
afterAll(async () => {
  await closeConnections();
  await engine.stop();
});

liveContract('NATS', async () => ({
  first: new NatsLive(await connection(), logger),
  second: new NatsLive(await connection(), logger),
  close: closeConnections,
}));

/** Ends whose subscriptions the server knows. */
async function peers(connectionsEach: number): Promise<NatsPeers> {
  const own = await Promise.all(Array.from({ length: connectionsEach }, connection));
  const made = new NatsPeers(own, logger);
  await Promise.all(own.map((each) => each.flush()));
  return made;
}

for (const count of [1, 2])
  peersContract(`NATS, ${count} connection(s) each`, async () => ({
    first: await peers(count),
    second: await peers(count),
    close: closeConnections,
  }));

describe('live frames and peers on NATS', () => {
  test('live again by themselves after their server was killed and started', async () => {
    const [here, there] = [new NatsLive(await connection(), logger), new NatsLive(await connection(), logger)];
    const [hears, says] = [await peers(1), await peers(1)];
    const [turns, frames, beats]: [boolean[], number[], number[]] = [[], [], []];
    here.onConnection((connected) => turns.push(connected));
    await here.subscribe(1, 'lobby', ([first]) => frames.push(first!));
    hears.onBeat((beat) => beats.push(beat.atMs));

    await engine.servers[0]!.kill('SIGKILL');
    await eventually(() => expect([turns, there.connected]).toEqual([[false], false]));
    there.publish(1, 'lobby', Uint8Array.of(1));
    says.beat(beatOf('a', 1));
    await expect(there.subscribe(1, 'hall', () => undefined)).rejects.toThrow(expect.objectContaining({ name: 'LiveUnavailable' }));
    await engine.servers[0]!.start();

    await eventually(() => expect([turns, there.connected]).toEqual([[false, true], true]));
    there.publish(1, 'lobby', Uint8Array.of(2));
    await eventually(() => {
      says.beat(beatOf('a', 2));
      expect([frames, beats[0]]).toEqual([[2], 2]);
    });
  });

  test('peers with two connections are heard while one is lost', async () => {
    const [kept, lost] = [await connection(), await connection()];
    const says = new NatsPeers([lost, kept], logger);
    const hears = await peers(2);
    const beats: number[] = [];
    hears.onBeat((beat) => beats.push(beat.atMs));
    await lost.close();
    says.beat(beatOf('a', 1));
    says.beat(beatOf('a', 2));
    await eventually(() => expect(beats).toEqual([1, 2]));
  });
});
