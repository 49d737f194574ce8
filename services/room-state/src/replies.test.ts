import { expect, test } from '@jest/globals';
import { Reply } from '@plaza/proto/client';
import { encodeResult, unavailableResult, withHead } from './replies.js';

test.each([0, 1, 127, 128, 16_384, 2 ** 32 - 1, 2 ** 32, 2 ** 48 + 12_345, Number.MAX_SAFE_INTEGER])('a reply at the head %d', (head) => {
  const result = unavailableResult('not now');
  const kept = encodeResult(result);
  const before = kept.slice();
  const reply = withHead(kept, head);
  expect(Reply.decode(reply)).toEqual({ id: 0, head, result });
  expect(reply).toEqual(new Uint8Array([...before, ...Reply.encode({ id: 0, head, result: undefined }).finish()]));
  expect(kept).toEqual(before);
});
