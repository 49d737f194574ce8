import type { AddressInfo } from 'node:net';
import type { IncomingMessage } from 'node:http';
import WebSocket, { WebSocketServer } from 'ws';
import { ClientFrame, ServerFrame } from '@plaza/proto/client';
import type { Backend } from '../swarm/backend.js';
import type { Bug, Wire } from './bug.js';

export interface EdgeProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Stands between clients and edges, and shows clients the bugs of the rooms that have one. */
export async function startEdgeProxy(
  connectUrls: () => readonly string[],
  bugOf: (room: string) => Bug | undefined,
  backend: Backend,
): Promise<EdgeProxy> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/v1/connect', perMessageDeflate: false });
  await new Promise((resolve) => server.once('listening', resolve));
  const lines = new Set<Line>();
  let turn = 0;
  server.on('connection', (socket, request) => {
    const urls = connectUrls();
    const line: Line = new Line(
      socket,
      upstreamOf(urls[turn++ % urls.length]!, request),
      bugOf,
      backend,
      () => [...lines].filter((other) => other !== line)[turn++ % Math.max(1, lines.size - 1)],
    );
    lines.add(line);
    socket.once('close', () => lines.delete(line));
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/connect`,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}

function upstreamOf(url: string, { url: asked = '' }: IncomingMessage): WebSocket {
  return new WebSocket(`${url}?${asked.split('?')[1] ?? ''}`, 'plaza.v1', { perMessageDeflate: false });
}

/** One client and its connection to an edge. What waits for a bug to be done holds up what comes behind it. */
class Line implements Wire {
  account = '';
  readonly #asked = new Map<number, ClientFrame>();
  readonly #early: Buffer[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: WebSocket,
    private readonly edge: WebSocket,
    private readonly bugOf: (room: string) => Bug | undefined,
    readonly backend: Backend,
    private readonly stranger: () => Line | undefined,
  ) {
    client.on('message', (bytes: Buffer) => this.#fromClient(bytes));
    client.on('close', () => edge.terminate());
    edge.on('open', () => {
      for (const bytes of this.#early.splice(0)) edge.send(bytes);
    });
    edge.on('message', (bytes: Buffer) => {
      const frame = ServerFrame.decode(bytes);
      this.#turn = this.#turn.then(() => this.#fromEdge(frame));
    });
    edge.on('error', () => client.terminate());
    edge.on('close', (code) => void this.#turn.then(() => (code >= 3000 || code === 1000 ? client.close(code) : client.terminate())));
  }

  readonly asked = (id: number): ClientFrame | undefined => this.#asked.get(id);

  readonly toAStranger = (frame: ServerFrame): void => this.stranger()?.send(frame);

  send(frame: ServerFrame): void {
    if (this.client.readyState === WebSocket.OPEN) this.client.send(ServerFrame.encode(frame).finish());
  }

  #fromClient(bytes: Buffer): void {
    const frame = ClientFrame.decode(bytes);
    this.#asked.set(frame.id, frame);
    if (this.edge.readyState === WebSocket.OPEN) this.edge.send(bytes);
    else this.#early.push(bytes);
  }

  async #fromEdge({ batches, body }: ServerFrame): Promise<void> {
    if (body?.$case === 'welcome') this.account = body.value.account;
    const parts = batches.map((batch): ServerFrame => ({ batches: [batch], body: undefined }));
    if (body !== undefined) parts.push({ batches: [], body });
    for (const part of parts) {
      const bug = this.bugOf(this.#roomOf(part));
      for (const each of (await bug?.toClient?.(part, this)) ?? [part]) this.send(each);
    }
  }

  /** Empty: of no room. */
  #roomOf({ batches, body }: ServerFrame): string {
    if (body?.$case === 'reply') return this.#asked.get(body.value.id)?.room ?? '';
    if (body?.$case === 'direct') return body.value.room;
    return batches[0]?.room ?? '';
  }
}
