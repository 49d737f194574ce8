import { within } from '@plaza/kit';
import { eventually } from '@plaza/testkit';
import { WebSocket } from 'ws';
import { allHeld, asked, meanwhile, named, seen, something, stalling, type Scenes } from './common.js';

/** Processes of ours that are away, stand still, or are full. */
export const ours: Scenes = {
  async edge(bench, say) {
    const [edge, other] = [named(bench, 'edge-1'), named(bench, 'edge-2')];
    await edge.kill();
    await seen(bench, say, 'PlazaProcessDown');
    say(await bench.plaza('cluster', /edge-1 .*silent.*/));
    const { token } = (await asked(bench, '/v1/tokens', { account: 'crowd', capabilities: ['enter'] })).body as { token: string };
    const sockets: WebSocket[] = [];
    const url = `ws://127.0.0.1:${other.port}/v1/connect?room=lobby&token=${token}`;
    const come = async (): Promise<void> => {
      for (let count = 0; count < 20; count++)
        sockets.push(new WebSocket(`${url}&device=d${sockets.length}`, 'plaza.v1.json').on('error', () => undefined));
    };
    await meanwhile(come, 500, seen(bench, say, 'PlazaEdgeFull'));
    say(await bench.plaza('cluster', /edge-2 .*/));
    for (const socket of sockets) socket.terminate();
    await edge.start();
    say(await bench.plaza('cluster', allHeld));
    say(await bench.plaza('edge drain edge-2', /.*(drained|empty|sockets).*/));
    say(await bench.plaza('edge undrain edge-2', /.*edge-2.*/));
  },

  async loop(bench, say) {
    await stalling([named(bench, 'metrics-1')], 700, 100, seen(bench, say, 'PlazaEventLoopBusy'));
    say(await bench.plaza('cluster --shards', /room-state-\d.*\n?/));
  },

  async holes(bench, say) {
    const { token } = (await asked(bench, '/v1/tokens', { account: 'long-away', capabilities: ['enter'] })).body as { token: string };
    const url = `ws://127.0.0.1:${named(bench, 'edge-1').port}/v1/connect?room=lobby&token=${token}`;
    const sockets = Array.from({ length: 10 }, (_, i) =>
      new WebSocket(`${url}&device=away${i}`, 'plaza.v1.json').on('error', () => undefined),
    );
    let number = 0;
    const comeBack = async (): Promise<void> => {
      number++;
      const join = JSON.stringify({ id: number, room: 'lobby', join: { after: '1' } });
      for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) socket.send(join);
    };
    await meanwhile(comeBack, 200, seen(bench, say, 'PlazaHolesTold', 120_000));
    const reply = new Promise<string>((resolve) =>
      sockets[0]?.on('message', (text: Buffer) => (text.includes('"completeFrom"') ? resolve(text.toString()) : undefined)),
    );
    await comeBack();
    say(/"complete(?:From)?":.{0,24}/.exec(await within(10_000, 'the answer', reply))?.[0] ?? 'no completeFrom');
    for (const socket of sockets) socket.terminate();
  },

  async shards(bench, say) {
    const holders = [named(bench, 'room-state-1'), named(bench, 'room-state-2')];
    await holders[0]?.kill('SIGSTOP');
    await bench.plaza('cluster', /room-state-1 .*silent.*/);
    await bench.plaza('cluster', /room-state-2 .*serving +32.*/);
    await holders[0]?.kill('SIGCONT');
    await seen(bench, say, 'PlazaShardsLost');
    say(await bench.plaza('shard hand-over 0 --to room-state-1', /.*room-state-1.*/));
    // What is usual, it knows by the minute.
    await eventually(async () => something(await bench.ask('quantile_over_time(0.9, sum(plaza_room_state_shards)[6h:1m]) >= 16')), {
      timeoutMs: 130_000,
    });
    for (const holder of holders) await holder.kill();
    await seen(bench, say, 'PlazaShardsUnheld');
    const many = (): Promise<unknown> => Promise.all(Array.from({ length: 100 }, () => asked(bench, '/v1/rooms/lobby')));
    await meanwhile(many, 100, seen(bench, say, 'PlazaApiErrors', 60_000));
    const { status, body } = await asked(bench, '/v1/rooms/lobby');
    say(`GET /v1/rooms/lobby: ${status} ${JSON.stringify(body)}`);
    say(await bench.plaza('cluster', /\d+ shards, \d+ held by nobody that lives.*/));
    await Promise.all(holders.map((holder) => holder.start()));
    say(await bench.plaza('cluster', allHeld));
  },
};
