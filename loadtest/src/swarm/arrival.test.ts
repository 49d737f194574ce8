import { expect, test } from '@jest/globals';
import { Reply, ServerFrame } from '@plaza/proto/client';
import { Arrival } from './arrival.js';
import { body } from './wire.js';

type Body = NonNullable<ServerFrame['body']>;

const joined = Reply.fromPartial({ result: { $case: 'joined', value: { complete: true } } } as never);

function after(frames: readonly (readonly [number, Body])[], id?: number): Promise<void> {
  const arrival = new Arrival(id);
  for (const [field, value] of frames) {
    const bytes = ServerFrame.encode({ batches: [], body: value }).finish();
    arrival.saw(field, bytes, 0, bytes.length);
  }
  return arrival.joined;
}

const reply = (result: Reply['result'], id = 0): readonly [number, Body] => [
  body.reply,
  { $case: 'reply', value: { id, head: 0, result } },
];

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

test('who joins by a frame is in once that is answered', async () => {
  const refused = { $case: 'refused', value: { code: 'blocked', why: '', retryAfterMs: undefined } } as const;
  await expect(after([reply(refused), reply(joined.result, 1)], 1)).resolves.toBeUndefined();
});

test.each([
  [true, 0],
  [false, 1],
])('complete %s: told of %i holes, before the batches behind it', (complete, holes) => {
  let told = 0;
  const arrival = new Arrival(1, () => told++);
  const answer = Reply.fromPartial({ id: 1, result: { $case: 'joined', value: { complete, completeFrom: 9 } } } as never);
  const bytes = ServerFrame.encode({ batches: [], body: { $case: 'reply', value: answer } }).finish();
  arrival.saw(body.reply, bytes, 0, bytes.length);
  expect(told).toBe(holes);
});
