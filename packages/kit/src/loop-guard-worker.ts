import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { LoopWatch } from './loop-watch.js';

export interface GuardOrder {
  readonly service: string;
  /** One counter, which the guarded loop increases at least twice between two looks. */
  readonly turns: Int32Array;
  readonly everyMs: number;
  readonly looks: number;
}

const { service, turns, everyMs, looks } = workerData as GuardOrder;
const watch = new LoopWatch(looks);

setInterval(() => {
  if (!watch.look(Atomics.load(turns, 0))) return;
  // The process's logger lives on the loop that is stuck.
  writeSync(
    2,
    `${JSON.stringify({ level: 60, time: new Date().toISOString(), service, event: 'loop-stuck', stuckMs: everyMs * looks })}\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}, everyMs);
