import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';

/** Stands before an edge and loses the n-th message frame of each socket: what a script must not take for a whole chain. */
export class LossyEdge {
  private constructor(
    private readonly server: WebSocketServer,
    readonly url: string,
  ) {}

  static async before(edge: string, nth: number): Promise<LossyEdge> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    server.on('connection', (client, { url }) =>
      pass(client, new WebSocket(edge + (url ?? '').replace(/^[^?]*/, ''), 'plaza.v1.json'), nth),
    );
    return new LossyEdge(server, `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/connect`);
  }

  async close(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
    await once(this.server, 'close');
  }
}

function pass(client: WebSocket, edge: WebSocket, nth: number): void {
  let left = nth;
  const early: string[] = [];
  const textOf = (frame: RawData): string => (frame as Buffer).toString();
  client.on('message', (frame) => (edge.readyState === WebSocket.OPEN ? edge.send(textOf(frame)) : early.push(textOf(frame))));
  edge.on('open', () => early.forEach((text) => edge.send(text)));
  edge.on('message', (frame) => {
    const text = textOf(frame);
    if (text.includes('"message":{') && --left === 0) return;
    client.send(text);
  });
  client.on('close', () => edge.terminate());
  edge.on('close', () => client.terminate());
  for (const socket of [client, edge]) socket.on('error', () => undefined);
}
