import { describe, expect, test } from '@jest/globals';
import { Event, MessageClass, Reply, ServerFrame } from '@plaza/proto/client';
import fc from 'fast-check';
import { encodeBatchFrame, encodeReplyFrame, encodeServerFrame } from './server-frame.js';

const position = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const event = (at: number) => Event.create({ position: at, timeMs: 5, operator: 'ann', kind: { $case: 'muted', value: {} } });
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('a batch frame', () => {
  test('is what the generated encoder writes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        position,
        position,
        fc.array(position, { maxLength: 5 }),
        (room, prev, last, positions) => {
          const events = positions.map(event);
          const skipped = [{ class: MessageClass.MESSAGE_CLASS_LOW, count: 3 }];
          const bytes = encodeBatchFrame({ room, prev, last, events: events.map((e) => Event.encode(e).finish()), skipped });
          expect(ServerFrame.decode(bytes)).toEqual(ServerFrame.create({ batches: [{ room, prev, last, events, skipped }] }));
        },
      ),
    );
  });

  test('behind another makes one frame with both batches', () => {
    const first = encodeBatchFrame({ room: 'a', prev: 1, last: 2, events: [Event.encode(event(2)).finish()] });
    const second = encodeBatchFrame({ room: 'b', prev: 0, last: 9, events: [] });
    const { batches, body } = ServerFrame.decode(join(first, second));
    expect(batches.map(({ room, last }) => [room, last])).toEqual([
      ['a', 2],
      ['b', 9],
    ]);
    expect(body).toBeUndefined();
  });
});

describe('a reply frame', () => {
  test.each([0, 1, 300, 4294967295])('puts id %s before what the room answered', (id) => {
    const reply = Reply.create({ head: 77, result: { $case: 'done', value: { position: 77 } } });
    const frame = ServerFrame.decode(encodeReplyFrame(id, Reply.encode(reply).finish()));
    expect(frame).toEqual(ServerFrame.create({ body: { $case: 'reply', value: { ...reply, id } } }));
  });
});

test.each([0, 1, 127, 128, 2 ** 32 - 1].flatMap((id) => [0, 60, 130, 20_000].map((length) => [id, length] as const)))(
  'a reply of the id %d with %d characters is what the generated encoder writes',
  (id, length) => {
    const reply = Reply.create({ head: 2 ** 48, result: { $case: 'unavailable', value: { retryAfterMs: 1, why: 'x'.repeat(length) } } });
    const whole = ServerFrame.create({ body: { $case: 'reply', value: { ...reply, id } } });
    expect(encodeReplyFrame(id, Reply.encode(reply).finish())).toEqual(ServerFrame.encode(whole).finish());
  },
);

test('any server frame can be encoded', () => {
  const frame = ServerFrame.create({ body: { $case: 'removed', value: { room: 'a', code: 'kicked', why: 'spam' } } });
  expect(ServerFrame.decode(encodeServerFrame(frame))).toEqual(frame);
});
