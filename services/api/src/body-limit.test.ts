import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startScriptedApi, type ScriptedApi } from '../test/scripted-api.js';

let scripted: ScriptedApi;
beforeAll(async () => {
  scripted = await startScriptedApi();
  scripted.door.answer = ({ command }) =>
    command.$case === 'sendMessage'
      ? { $case: 'accepted', value: { messageId: '1', position: 1 } }
      : { $case: 'done', value: { position: 4096 } };
});
afterAll(() => scripted.stop());

const kib = 1024;
const inRoom = { room: 'lobby', text: 'hello' };
/** White space after the value counts in the body and nowhere else. */
const padded = (body: unknown, bytes: number): string => JSON.stringify(body).padEnd(bytes, ' ');

test.each([
  ['/v1/messages/batch', { messages: [inRoom] }, 1024 * kib, 200],
  ['/v1/rooms/lobby/messages', { text: 'hello' }, 64 * kib, 201],
  ['/v1/rooms', { room: 'lobby', creator: 'host' }, 64 * kib, 201],
])('a body for %s may be as long as its limit, and not one byte longer', async (path, body, limit, status) => {
  expect((await scripted.ask('POST', path, padded(body, limit))).status).toBe(status);
  const refused = await scripted.ask('POST', path, padded(body, limit + 1));
  expect({ status: refused.status, code: refused.json['code'] }).toEqual({ status: 413, code: 'too-large' });
});

test('100 messages with the longest texts of one-byte characters fit in one batch', async () => {
  const messages = Array.from({ length: 100 }, () => ({ room: 'lobby', text: 'x'.repeat(4096), ext: 'y'.repeat(4096) }));
  const { status, json } = await scripted.ask('POST', '/v1/messages/batch', { messages });
  expect(status).toBe(200);
  expect(json['results']).toHaveLength(100);
});
