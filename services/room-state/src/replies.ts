import { type Refusal } from '@plaza/domain';
import type { ReplyResult } from '@plaza/domain';
import { Reply } from '@plaza/proto/client';

/** An encoded plaza.v1.Reply with its result alone: what the log and the table of repeats keep. */
export const encodeResult = (result: ReplyResult): Uint8Array => Reply.encode({ id: 0, head: 0, result }).finish();

/** The reply as it goes out: the fields of one message may be written in any order, so the head of the moment is put behind what was kept. */
export function withHead(result: Uint8Array, head: number): Uint8Array {
  const suffix = Reply.encode({ id: 0, head, result: undefined }).finish();
  const reply = new Uint8Array(result.length + suffix.length);
  reply.set(result);
  reply.set(suffix, result.length);
  return reply;
}

export const refusedResult = ({ code, why, retryAfterMs }: Refusal): ReplyResult => ({
  $case: 'refused',
  value: { code, why, retryAfterMs },
});
export const unavailableResult = (why: string, retryAfterMs = 1000): ReplyResult => ({
  $case: 'unavailable',
  value: { retryAfterMs, why },
});
export const unchangedResult: ReplyResult = { $case: 'unchanged', value: {} };
export const doneResult: ReplyResult = { $case: 'done', value: { position: 0, secondsLeft: undefined } };
