import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { head, startScriptedApi, type ScriptedApi } from '../test/scripted-api.js';

let plaza: ScriptedApi;
beforeAll(async () => {
  plaza = await startScriptedApi();
});
afterAll(() => plaza.stop());
beforeEach(() => {
  plaza.door.seen.length = 0;
  plaza.readers.tracesPage = { rooms: ['a', 'b', 'c'], next: '' };
  plaza.readers.traceCount = { messages: 4, events: 1 };
  plaza.door.answer = ({ entry: { room } }) => {
    if (room === 'b') return { $case: 'unavailable', value: { why: 'it moves', retryAfterMs: 100 } };
    return { $case: 'erased', value: { position: head, elements: 2, attributes: 1, profile: room === 'a', creator: room === 'c' } };
  };
});

const ask = (body: unknown = {}, key = 'k1') => plaza.ask('POST', '/v1/accounts/ann/erase', body, { 'idempotency-key': key });

describe('erasing an account', () => {
  test('asks every room in which it left anything, and reports what went and where it failed', async () => {
    const { status, json } = await ask({ notify: false, notifyExt: 'law' });
    expect([status, json]).toEqual([
      200,
      {
        ...{ rooms: 2, messages: 8, events: 2, elements: 4, attributes: 2, profiles: 1, creatorOf: ['c'] },
        failed: [{ room: 'b', code: 'unavailable', detail: 'it moves' }],
        next: '',
      },
    ]);
    expect(plaza.door.seen.map(({ entry }) => entry.room).sort()).toEqual(['a', 'b', 'c']);
    expect(plaza.door.last.command).toMatchObject({
      $case: 'eraseAccount',
      value: { account: 'ann', notice: { notify: false, ext: 'law' } },
    });
  });

  test('goes on from page to page; a repeat of the call repeats each room’s command', async () => {
    plaza.readers.tracesPage = { rooms: ['a', 'c'], next: 'c' };
    expect((await ask({ pageToken: 'A', limit: 2 })).json).toMatchObject({ rooms: 2, next: 'c' });
    expect(plaza.readers.tracesAsks.at(-1)).toEqual({ account: 'ann', pageToken: 'A', limit: 2 });
    await ask({ pageToken: 'A', limit: 2 });
    await ask({ pageToken: 'A', limit: 2 }, 'k2');
    const ids = (room: string) => plaza.door.seen.filter(({ entry }) => entry.room === room).map(({ entry }) => entry.commandId);
    expect(new Set(ids('a')).size).toBe(2);
    expect(ids('a')).not.toContain(ids('c')[0]);
  });

  test('of which nothing is known is no mistake', async () => {
    plaza.readers.tracesPage = { rooms: [], next: '' };
    expect((await ask()).json).toMatchObject({ rooms: 0, messages: 0, failed: [], next: '' });
  });

  test('without the history: unavailable; a room that cannot be counted is not erased, and said to have failed', async () => {
    plaza.readers.traceCount = undefined;
    expect((await ask()).json).toMatchObject({ rooms: 0, failed: [{ room: 'a' }, { room: 'b' }, { room: 'c' }] });
    expect(plaza.door.seen).toEqual([]);
    plaza.readers.tracesPage = undefined;
    expect((await ask()).status).toBe(503);
  });

  test.each([
    ['/v1/accounts/a b/erase', {}],
    ['/v1/accounts/ann/erase', { limit: 501 }],
    ['/v1/accounts/ann/erase', { other: 1 }],
  ])('%s %j: refused', async (path, body) => {
    expect((await plaza.ask('POST', path, body)).status).toBe(400);
  });
});
