import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pinnedTo } from '../machine.js';
import { insidePath } from '../probe/probe.js';
import type { Speech } from '../swarm/order.js';

/** A server to compare with: all its sockets are in one room, and it publishes what it is told. */
export interface Peer {
  readonly name: string;
  readonly url: string;
  readonly speech: Speech;
  readonly pid: number;
  /** To every socket. */
  publish(text: string): void;
  stop(): void;
}

const startMs = 10_000;

/** What each server of this folder answers to when it listens. */
export interface Listening {
  readonly port: number;
}

/** `name`: that of its file in this folder, without `-server`. */
export async function startPeer(
  name: string,
  speech: Speech,
  cpu: number | undefined,
  { path = '/', env = {} }: { readonly path?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Peer> {
  const options = { ...pinnedTo(cpu), env: { ...process.env, ...env } };
  const execArgv = [...(options.execArgv ?? []), '--import', insidePath];
  const server: ChildProcess = fork(fileURLToPath(new URL(`./${name}-server.js`, import.meta.url)), { ...options, execArgv });
  const [{ port }] = (await once(server, 'message', { signal: AbortSignal.timeout(startMs) })) as [Listening];
  return {
    name,
    url: `ws://127.0.0.1:${port}${path}`,
    speech,
    pid: server.pid as number,
    publish: (text) => server.send({ publish: text }),
    stop: () => server.kill('SIGKILL'),
  };
}
