import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { tcpAnswer } from './answers.js';
import { findRedis } from './find-redis.js';
import { Keeper } from './keeper.js';
import { ServerProcess } from './server-process.js';

export interface RedisEngine {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly found: string;
  /** SIGKILL by default; resolves when the process has ended (at once for signals that end nothing, like SIGSTOP). */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Again, on the same port and folder; resolves when it serves. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const startMs = 20_000;
const attempts = 3;

/** A Redis on loopback that appends to a file; `dataFolder` is kept after stop, a temporary one is not. Throws EngineMissing. */
export async function startRedis({ dataFolder }: { dataFolder?: string } = {}): Promise<RedisEngine> {
  const { path, found } = await findRedis();
  for (let attempt = 1; ; attempt++) {
    const keeper = new Keeper();
    const port = await freePort();
    const server = processAt(path, keeper, port, dataFolder ?? join(keeper.folder, 'redis'));
    try {
      await server.start();
      return viewOf(server, keeper, port, found);
    } catch (error) {
      await keeper.close();
      if (attempt === attempts) throw error;
    }
  }
}

const processAt = (path: string, keeper: Keeper, port: number, folder: string): ServerProcess =>
  new ServerProcess({
    name: 'redis',
    command: path,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes', '--dir', folder],
    folder,
    answers: () => tcpAnswer('127.0.0.1', port, 'PING\r\n', '+PONG'),
    startMs,
    guard: keeper.guard,
  });

const viewOf = (server: ServerProcess, keeper: Keeper, port: number, found: string): RedisEngine => ({
  url: `redis://127.0.0.1:${port}`,
  port,
  found,
  get pid() {
    return server.pid;
  },
  kill: (signal) => server.kill(signal),
  start: () => server.start(),
  async stop() {
    await server.stop();
    await keeper.close();
  },
});
