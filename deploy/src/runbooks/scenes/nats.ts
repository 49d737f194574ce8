import { connect, type Socket } from 'node:net';
import { eventually } from '@plaza/testkit';
import type { NatsServer } from '@plaza/testkit/engines';
import type { Bench } from '../bench.js';
import { allHeld, nothing, seen, stalling, type Scenes } from './common.js';

const floodBytes = 1_000_000;
const floods = 100;
const natsOf = ({ cluster }: Bench): readonly NatsServer[] => cluster.engines.nats?.servers ?? [];

/** nats-servers that are away, stand still, or are flooded. */
export const nats: Scenes = {
  async replicas(bench, say) {
    const [first, second] = natsOf(bench);
    await first?.kill();
    await seen(bench, say, 'PlazaReplicasBehind');
    await seen(bench, say, 'PlazaEngineDown');
    await second?.kill();
    await seen(bench, say, 'PlazaStreamWithoutLeader');
    await Promise.all([first?.start(), second?.start()]);
    await eventually(
      async () => nothing(await bench.ask('sum by (stream) (plaza_nats_stream_leader) < 1 or max(plaza_nats_stream_replicas_behind) > 0')),
      {
        timeoutMs: 60_000,
      },
    );
    say(await bench.plaza('cluster', allHeld));
  },

  async appends(bench, say) {
    await stalling(natsOf(bench), 800, 300, seen(bench, say, 'PlazaAppendsSlow', 60_000));
    say(await bench.plaza('cluster', allHeld));
  },

  async slow(bench, say) {
    const [server] = natsOf(bench);
    if (server === undefined) throw new Error('there is no nats-server');
    const open = (): Socket => connect({ host: '127.0.0.1', port: server.port }).on('error', () => undefined);
    const [reader, writer] = [open(), open()];
    // It asks for everything and reads nothing; more waits for it than a server keeps for one connection.
    reader.pause().write('CONNECT {"verbose":false}\r\nSUB flood 1\r\n');
    writer.resume().write('CONNECT {"verbose":false}\r\n');
    const flood = `PUB flood ${floodBytes}\r\n${'x'.repeat(floodBytes)}\r\n`;
    for (let count = 0; count < floods; count++) writer.write(flood);
    await seen(bench, say, 'PlazaSlowConsumers', 60_000);
    for (const socket of [reader, writer]) socket.destroy();
  },
};
