import type { Results } from '../bench/comparison.js';
import { writeCosts, type Costs } from './model.js';

/** Where `npm run bench` keeps what the formulae need: row, and the name of the figure in it. */
const figureOf = {
  edgeJoinMicros: ['storm', 'edge CPU a join'],
  edgeSendMicros: ['send', 'edge CPU a message'],
  holderJoinMicros: ['storm', 'holder CPU a join'],
  holderSendMicros: ['send', 'holder CPU a message'],
  natsSendMicros: ['send', 'nats-server CPU a message'],
  edgeSocketBytes: ['memory', 'user memory of a joined session'],
} as const;

/** Of the same sockets in the same run: writes of about one message, and of many. */
const writes = (results: Results, ofFew: string): { microsAWrite: number; eventsAWrite: number } => ({
  microsAWrite: figure(results, 'fanout-hot', `edge CPU a write${ofFew}`),
  eventsAWrite: figure(results, 'fanout-hot', `messages a write${ofFew}`),
});

/** The costs in a result of `npm run bench`. Throws where a row or a figure is not in it, by name. */
export function costsOf(results: Results): Costs {
  const costs = Object.fromEntries(Object.entries(figureOf).map(([cost, [row, name]]) => [cost, figure(results, row, name)]));
  return {
    ...(costs as Record<keyof typeof figureOf, number>),
    ...writeCosts(writes(results, ' of few'), writes(results, '')),
  };
}

function figure(results: Results, row: string, name: string): number {
  const found = results[row]?.figures[name];
  if (found === undefined) throw new Error(`the result has no ${row}: ${name}; run npm run bench`);
  return found.unit === 'KB' ? found.value * 1000 : found.value;
}
