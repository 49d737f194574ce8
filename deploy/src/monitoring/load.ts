import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster } from '@plaza/testkit/cluster';
import { WebSocket } from 'ws';

const viewers = 30;
const pauseMs = 100;

/** Something of everything that the dashboards show, on a running cluster, until it is stopped. */
export async function startLoad({ ready, connectUrls }: Cluster): Promise<{ stop(): Promise<void> }> {
  const endpoint = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${ready.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${ready.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  await ask('POST', '/v1/rooms', { room: 'lobby', creator: 'host' });
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`;
  await ask('POST', '/v1/webhooks', { url, kinds: ['message'], rooms: ['lobby'] });
  const { token } = await ask('POST', '/v1/tokens', { account: 'ann', capabilities: ['enter', 'send'] });
  const open = (index: number, query: string): WebSocket => {
    const socket = new WebSocket(`${connectUrls[index % connectUrls.length]}?room=lobby&${query}`, 'plaza.v1.json');
    socket.on('error', () => undefined);
    return socket;
  };
  const sockets = Array.from({ length: viewers }, (_, i) => open(i, `device=d${i}&token=${String(token)}`));
  const state = { stopped: false };
  const turn = async (number: number): Promise<void> => {
    const speaker = sockets[number % viewers]!;
    if (speaker.readyState === WebSocket.OPEN) speaker.send(JSON.stringify({ id: number + 1, room: 'lobby', getRoom: {} }));
    const [coming, unknown] = [open(number, `token=${String(token)}&device=comes`), open(number, 'token=none')];
    await Promise.all([
      ask('POST', '/v1/rooms/lobby/messages', { text: `m${number}` }),
      ask('PUT', `/v1/rooms/lobby/members/bob/mute`),
      ask('DELETE', `/v1/rooms/lobby/members/bob/mute`),
      ask('GET', '/v1/rooms/lobby/messages'),
      ask('GET', '/v1/rooms/nowhere'),
      ask('GET', '/v1/top-rooms?metric=messages'),
      ask('POST', `/v1/cluster/shards/${number % 4}/hand-over`, { to: `room-state-${1 + (Math.floor(number / 4) % 2)}` }),
    ]);
    coming.close();
    unknown.close();
  };
  const running = (async () => {
    for (let number = 0; !state.stopped; number++) {
      await turn(number);
      await wait(pauseMs);
    }
  })();
  return {
    async stop() {
      state.stopped = true;
      await running;
      for (const socket of sockets) socket.terminate();
      endpoint.closeAllConnections();
      endpoint.close();
    },
  };
}
