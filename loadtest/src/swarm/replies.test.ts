import { describe, expect, test } from '@jest/globals';
import { Reply, ServerFrame } from '@plaza/proto/client';
import { encodeReplyFrame } from '@plaza/protocol';
import { body, countFrame, noFrames, replyIn, result } from './wire.js';

type Result = NonNullable<Reply['result']>;

const around = (bytes: Uint8Array): [Uint8Array, number, number] => [new Uint8Array([9, 9, ...bytes, 9]), 2, 2 + bytes.length];
const replyFrame = (id: number, answer: Result, head: number): Uint8Array =>
  ServerFrame.encode({ batches: [], body: { $case: 'reply', value: { id, head, result: answer } } }).finish();
const accepted: Result = { $case: 'accepted', value: { messageId: '1', position: 7 } };
const joined = Reply.fromPartial({ result: { $case: 'joined', value: { complete: true } } } as never).result as Result;
const refused: Result = { $case: 'refused', value: { code: 'muted', why: 'so', retryAfterMs: 5 } };

describe('a reply', () => {
  test.each([
    ['accepted', 300, accepted, result.accepted],
    ['joined', 0, joined, result.joined],
    ['refused', 2 ** 31, refused, result.refused],
  ] as const)('%s', (_, id, answer, field) => {
    const frame = around(replyFrame(id, answer, 2 ** 45));
    expect(countFrame(...frame, noFrames())).toBe(body.reply);
    expect(replyIn(...frame)).toEqual({ id, result: field });
  });

  test('with its head behind the result, as holders write it', () => {
    const answer = Reply.encode({ id: 0, head: 0, result: accepted }).finish();
    const head = Reply.encode({ id: 0, head: 2 ** 45, result: undefined }).finish();
    expect(replyIn(...around(encodeReplyFrame(12, new Uint8Array([...answer, ...head]))))).toEqual({ id: 12, result: result.accepted });
  });
});
