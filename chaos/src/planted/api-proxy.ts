import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bug } from './bug.js';

export interface ApiProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Stands between readers and the server API, and shows them the bugs of these rooms. */
export async function startApiProxy(apiUrl: string, bugs: () => ReadonlyMap<string, Bug>): Promise<ApiProxy> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void pass(apiUrl, bugs(), request, Buffer.concat(chunks)).then(
        ({ status, text }) => response.writeHead(status, { 'content-type': 'application/json' }).end(text),
        () => response.writeHead(502).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Asked {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly authorization?: string | undefined };
}

async function pass(
  apiUrl: string,
  bugs: ReadonlyMap<string, Bug>,
  { method = 'GET', url = '/', headers }: Asked,
  body: Buffer,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${apiUrl}${url}`, {
    method,
    headers: { authorization: headers.authorization ?? '', ...(body.length === 0 ? {} : { 'content-type': 'application/json' }) },
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const text = await response.text();
  if (method !== 'GET' || !response.ok) return { status: response.status, text };
  const path = url.split('?')[0]!;
  let answer = JSON.parse(text) as Record<string, unknown>;
  for (const [room, bug] of bugs) answer = bug.toReader?.(path, answer, room) ?? answer;
  return { status: response.status, text: JSON.stringify(answer) };
}
