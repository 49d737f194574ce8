import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface SwarmOrder {
  readonly url: string;
  readonly sockets: number;
  /** Undefined: a bare server; frames are counted, not read. */
  readonly subprotocol: string | undefined;
  /** Opening this many at a time. */
  readonly atOnce: number;
}

export interface SwarmCount {
  readonly open: number;
  readonly closed: number;
  readonly frames: number;
  readonly events: number;
  readonly breaks: number;
  readonly bytes: number;
}

/** A process full of sockets. One holds up to 15,000 (20,000 file descriptors a process). */
export class Swarm {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when all sockets are open; `cpu` pins the process. */
  static async open(order: SwarmOrder, cpu: number | undefined): Promise<Swarm> {
    const worker = fileURLToPath(new URL('./swarm-worker.js', import.meta.url));
    const child =
      cpu === undefined
        ? fork(worker, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
        : fork(worker, {
            stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
            execPath: 'taskset',
            execArgv: ['-c', String(cpu), process.execPath],
          });
    const swarm = new Swarm(child);
    await swarm.#ask({ ask: 'open', order });
    return swarm;
  }

  count(): Promise<SwarmCount> {
    return this.#ask({ ask: 'count' }) as Promise<SwarmCount>;
  }

  close(): void {
    this.child.kill('SIGKILL');
  }

  #ask(message: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`the swarm ended with ${code}`));
      this.child.once('exit', onExit);
      this.child.once('message', (answer: { error?: string }) => {
        this.child.off('exit', onExit);
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(answer.error));
      });
      this.child.send(message);
    });
  }
}
