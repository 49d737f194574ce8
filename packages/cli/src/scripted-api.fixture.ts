import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engines } from './backup/engines.js';
import { plaza, type Terminal } from './plaza.js';

export interface Asked {
  readonly line: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

interface Scripted {
  readonly status: number;
  readonly retryAfter?: number;
  readonly json: unknown;
}

const noEngine = (): Promise<never> => Promise.reject(new Error('there is no engine'));
const noEngines: Engines = { log: noEngine, kept: noEngine, tables: noEngine };

/** A server API whose answers a test writes, by `METHOD /path`; several in a row for one, the last again and again. */
export async function scriptedApi(answers: Readonly<Record<string, readonly object[]>>) {
  const asked: Asked[] = [];
  const given = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      const text = Buffer.concat(chunks).toString();
      asked.push({ line, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) });
      const list = answers[line] ?? [{ status: 404, json: { code: 'not-found', detail: `nothing at ${line}` } }];
      const turn = given.get(line) ?? 0;
      given.set(line, turn + 1);
      const answer = list[Math.min(turn, list.length - 1)]!;
      const { status, retryAfter, json } = 'json' in answer ? (answer as Scripted) : { status: 200, retryAfter: undefined, json: answer };
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      });
      response.end(typeof json === 'string' ? json : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const waits: number[] = [];
  const run = async (args: readonly string[], terminal: Partial<Terminal> = {}) => {
    let [out, err] = ['', ''];
    const code = await plaza(['--url', url, ...args], {
      engines: noEngines,
      shell: () => Promise.reject(new Error('there is no shell')),
      apiKey: 'the-key',
      out: (text) => (out += text),
      err: (text) => (err += text),
      showsProgress: false,
      ask: undefined,
      wait: async (ms) => void waits.push(ms),
      ...terminal,
    });
    return { code, out, err };
  };
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { url, asked, waits, run, close, lines: () => asked.map(({ line }) => line) };
}

export const process = (id: string, kind: string, more: object = {}) => ({
  ...{ id, kind, address: `at:${id}`, draining: false, starting: false, silentMs: 300 },
  ...more,
});

export const clusterView = (more: object = {}) => ({
  processes: [
    process('edge-1', 'edge', { sockets: 120 }),
    process('edge-2', 'edge', { sockets: 80 }),
    process('room-state-1', 'room-state', { shards: 2 }),
    process('room-state-2', 'room-state', { shards: 0 }),
  ],
  shards: [0, 1].map((shard) => ({ shard, stream: 0, holder: 'room-state-1', epoch: 7, head: 90 + shard, recentEvents: 3 })),
  readers: [{ kind: 'history', id: 'history-1', stream: 0, through: 80, behind: 11 }],
  ...more,
});
