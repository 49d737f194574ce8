import { expect, test } from '@jest/globals';
import { ClientFrame, ServerFrame } from '@plaza/proto/client';
import { messageTail, numbered, Talk, type Talker } from './talk.js';

test.each([1, 127, 128, 16_383, 16_384, 2_097_152, 2 ** 28 - 1])('a message under the id %d', (id) => {
  const frame = ClientFrame.decode(numbered(id, messageTail('lobby', { text: 'hello', audience: 'vip' })));
  expect(frame).toMatchObject({ id, room: 'lobby', body: { $case: 'sendMessage' } });
  expect(frame.body?.value).toMatchObject({ body: { content: { value: { text: 'hello' } } }, options: { audience: 'vip' } });
});

test('every message is sent once, by the sockets in turn, and its answer is counted', async () => {
  const talk = new Talk({ perSecond: 4000, seconds: 0.01, text: 'x', audience: '' });
  const said: string[] = [];
  const answer = (id: number): void => {
    const result =
      id % 10 === 0
        ? ({ $case: 'refused', value: { code: 'muted', why: '', retryAfterMs: undefined } } as const)
        : ({ $case: 'accepted', value: { messageId: '1', position: 1 } } as const);
    const bytes = ServerFrame.encode({ batches: [], body: { $case: 'reply', value: { id, head: 1, result } } }).finish();
    queueMicrotask(() => talk.replied(bytes, 0, bytes.length));
  };
  const talkerIn = (room: string): Talker => ({
    room,
    socket: {
      sendBinary: (bytes) => {
        const frame = ClientFrame.decode(bytes);
        said.push(frame.room);
        answer(frame.id);
      },
    },
  });
  const talked = await talk.run([talkerIn('a'), talkerIn('b')]);
  expect(talked).toMatchObject({ sent: 40, accepted: 36, others: { muted: 4 } });
  expect(talked.replyMs).toHaveLength(36);
  expect(said.filter((room) => room === 'a')).toHaveLength(20);
});
