import { checkNames, checkRange, textLimits } from '../limits.js';
import { answer, refusal } from '../outcome.js';
import { authorOf } from './author.js';
import type { Handler } from './handler.js';
import { maySpeak } from './sending.js';

const mostAtOnce = 100;

/** Counted for the next digest; who may not send may not react. */
export const react: Handler<'react'> = (room, { kind, count }, context) => {
  const no =
    maySpeak(room, authorOf(room, context), context.nowMs) ??
    checkNames([kind], 'kind', textLimits.reaction) ??
    checkRange('count', count, 0, mostAtOnce);
  if (no) return refusal(no);
  const reply = answer({ $case: 'done', value: { position: 0, secondsLeft: undefined } });
  return { ...reply, effects: { reaction: { kind, count: count || 1 } } };
};
