import { Worker } from 'node:worker_threads';
import { causeOf } from './logger.js';
import type { GuardOrder } from './loop-guard-worker.js';

const looks = 10;

/**
 * Kills this process when its event loop has not turned for `stuckMs`: nothing in it answers any more, not even its probes, and whoever runs it starts it
 * again. (Node's HTTP/2 can enter itself and spin for ever when a stopped process goes on: nodejs/node 38964.) The result ends the guard.
 */
export function guardLoop(service: string, stuckMs: number): () => void {
  const turns = new Int32Array(new SharedArrayBuffer(4));
  const everyMs = stuckMs / looks;
  const turning = setInterval(() => Atomics.add(turns, 0, 1), everyMs / 2);
  const order: GuardOrder = { service, turns, everyMs, looks };
  const limits = { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16 } };
  const worker = new Worker(new URL('./loop-guard-worker.js', import.meta.url), { workerData: order, ...limits });
  worker.on('error', (error) => process.emitWarning(`the event loop is not guarded: ${causeOf(error)}`));
  for (const part of [turning, worker]) part.unref();
  return () => {
    clearInterval(turning);
    void worker.terminate();
  };
}
