import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pinnedTo } from '../machine.js';
import { latest } from './lags.js';
import { noCount, type SwarmCount, type SwarmOrder, type Talked, type TalkOrder } from './order.js';
import { widest } from './places.js';
import type { WorkerAsk, WorkerCount } from './worker.js';

/** 20,000 file descriptors a process are common. */
const socketsAProcess = 15_000;

/** Processes full of sockets: many connections for little CPU. */
export class Swarm {
  private constructor(private readonly workers: readonly Worker[]) {}

  /** Resolves when each socket is open or was not let in (`failed`). `cpu` pins the processes; default: as many as the sockets need. */
  static async open(order: SwarmOrder, cpu?: number, processes = Math.ceil(order.sockets / socketsAProcess)): Promise<Swarm> {
    const swarm = new Swarm(Array.from({ length: processes }, () => new Worker(cpu)));
    await swarm.more(order);
    return swarm;
  }

  /** More sockets, of another order if need be, shared by the same processes. */
  async more(order: SwarmOrder): Promise<void> {
    const each = Math.ceil(order.sockets / this.workers.length);
    await Promise.all(
      this.workers.map((worker, index) => {
        const first = index * each;
        const sockets = Math.max(0, Math.min(each, order.sockets - first));
        return worker.ask({ ask: 'open', order: { ...order, sockets, first: (order.first ?? 0) + first } });
      }),
    );
  }

  /** Resolves when every message is answered, or is not any more. */
  async talk(order: TalkOrder): Promise<Talked> {
    const share = { ...order, perSecond: order.perSecond / this.workers.length };
    const talked = await Promise.all(this.workers.map((worker) => worker.ask<Talked>({ ask: 'talk', order: share })));
    return talked.reduce((all, one) => ({
      sent: all.sent + one.sent,
      accepted: all.accepted + one.accepted,
      others: added(all.others, one.others),
      tookMs: Math.max(all.tookMs, one.tookMs),
      replyMs: [...all.replyMs, ...one.replyMs],
      cpuMicros: all.cpuMicros + one.cpuMicros,
    }));
  }

  async count(): Promise<SwarmCount> {
    return sumOf(await Promise.all(this.workers.map((worker) => worker.ask({ ask: 'count' }))));
  }

  /** Closes a share (0 to 1) of all sockets that there ever were, the oldest first. */
  async closeSome(share: number): Promise<SwarmCount> {
    return sumOf(await Promise.all(this.workers.map((worker) => worker.ask({ ask: 'close', share }))));
  }

  /** Where who comes back may go from now on, as a load balancer knows it; before, the edges of its order. */
  async setEdges(urls: readonly string[]): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.ask({ ask: 'edges', urls })));
  }

  /** Whether its sockets read what comes. Those that do not are readers too slow for anything. */
  async setReading(on: boolean): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.ask({ ask: 'reading', on })));
  }

  close(): void {
    for (const worker of this.workers) worker.kill();
  }
}

function sumOf(counts: readonly WorkerCount[]): SwarmCount {
  const sum = counts.reduce<SwarmCount>(
    (all, { lags: _, failed, closedWith, pausesMs, triesAtMs, places, ...one }) => ({
      ...all,
      ...Object.fromEntries(Object.entries(one).map(([key, value]) => [key, value + all[key as keyof typeof one]])),
      openMs: Math.max(all.openMs, one.openMs),
      stallMs: Math.max(all.stallMs, one.stallMs),
      failed: added(all.failed, failed),
      closedWith: added(all.closedWith, closedWith),
      pausesMs: [...all.pausesMs, ...pausesMs],
      triesAtMs: [...all.triesAtMs, ...triesAtMs],
      places: widest([...all.places, ...places]),
    }),
    noCount,
  );
  return { ...sum, lags: latest(counts.map(({ lags }) => lags)) };
}

const added = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> =>
  Object.entries(b).reduce((sum, [cause, n]) => ({ ...sum, [cause]: (sum[cause] ?? 0) + n }), { ...a });

class Worker {
  readonly #child: ChildProcess;
  /** One question at a time. */
  #asked: Promise<unknown> = Promise.resolve();

  constructor(cpu: number | undefined) {
    this.#child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), pinnedTo(cpu));
  }

  ask<Answer = WorkerCount>(message: WorkerAsk): Promise<Answer> {
    const answered = this.#asked.then(() => this.#answer<Answer>(message));
    this.#asked = answered.catch(() => undefined);
    return answered;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #answer<Answer>(message: WorkerAsk): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`a process of the swarm ended with ${code}`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer: Answer | { error: string }) => {
        this.#child.off('exit', onExit);
        if ('error' in (answer as object)) reject(new Error((answer as { error: string }).error));
        else resolve(answer as Answer);
      });
      this.#child.send(message);
    });
  }
}
