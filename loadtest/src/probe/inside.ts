import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { socketOf, type Answers, type Asks } from './probe.js';

/**
 * Imported before the main of a process that is measured, ours or another: answers what only the process itself can say. Costs nothing until it is
 * asked. Ours are not built otherwise for it.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const timerMs = 1;
/** An hour's; then it begins anew. */
const mostGaps = 3_600_000;
let betweenMs: number[] = [];
let timer: NodeJS.Timeout | undefined;

function watchLoop(): void {
  clearInterval(timer);
  betweenMs = [];
  let beforeMs = performance.now();
  timer = setInterval(() => {
    const nowMs = performance.now();
    if (betweenMs.length < mostGaps) betweenMs.push(nowMs - beforeMs);
    beforeMs = nowMs;
  }, timerMs);
}

const answers: { readonly [K in Asks]: () => Answers[K] } = {
  'watch-loop': () => {
    watchLoop();
    return {};
  },
  loop: () => {
    clearInterval(timer);
    return { betweenMs, timerMs };
  },
  memory: () => {
    // What the first makes unreachable (finalizers), the second collects.
    collect();
    collect();
    return process.memoryUsage();
  },
};

createServer((request, response) => {
  const answer = answers[(request.url ?? '').slice(1) as Asks] as (() => object) | undefined;
  response.statusCode = answer === undefined ? 404 : 200;
  response.end(JSON.stringify(answer?.() ?? {}));
})
  .listen(socketOf(process.pid))
  .unref();
