import { expect, test } from '@jest/globals';
import { Reply, ServerFrame } from '@plaza/proto/client';
import { Arrival } from './arrival.js';
import { body } from './wire.js';

type Body = NonNullable<ServerFrame['body']>;

const joined = Reply.fromPartial({ result: { $case: 'joined', value: { complete: true } } } as never);

function after(frames: readonly (readonly [number, Body])[]): Promise<void> {
  const arrival = new Arrival();
  for (const [field, value] of frames) {
    const bytes = ServerFrame.encode({ batches: [], body: value }).finish();
    arrival.saw(field, bytes, 0, bytes.length);
  }
  return arrival.joined;
}

const reply = (result: Reply['result']): readonly [number, Body] => [body.reply, { $case: 'reply', value: { id: 0, head: 0, result } }];

test('in once the join of the URL is answered', async () => {
  await expect(after([reply(joined.result)])).resolves.toBeUndefined();
});

test.each([
  ['refused', reply({ $case: 'refused', value: { code: 'blocked', why: '', retryAfterMs: undefined } }), 'blocked', undefined],
  ['unavailable', reply({ $case: 'unavailable', value: { retryAfterMs: 700, why: '' } }), 'unavailable', 700],
  [
    'sent away',
    [body.goAway, { $case: 'goAway', value: { code: 4504, reason: 'draining', retryAfterMs: 300 } }],
    'sent away: draining',
    300,
  ],
] as const)('%s: with what it was told of coming again', async (_, frame, message, retryAfterMs) => {
  await expect(after([frame])).rejects.toMatchObject({ message, retryAfterMs });
});

test('the answer to a frame says nothing about the join', async () => {
  const other = [body.reply, { $case: 'reply', value: { id: 3, head: 0, result: { $case: 'unchanged', value: {} } } }] as const;
  await expect(after([other, reply(joined.result)])).resolves.toBeUndefined();
});
