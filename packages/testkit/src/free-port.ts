import { createServer } from 'node:net';

/** Below the range from which kernels give outgoing connections their ports, so that a server that starts again finds its port free. */
const firstPort = 15_000;
const ports = 17_000;

/** A port on `host` that nobody listens on now. Another process may take it before you do: start again with a new one then. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = firstPort + Math.floor(Math.random() * ports);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`no free port on ${host}`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
