import { connect } from 'node:net';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RoomInfo } from '@plaza/proto/client';
import { head, startScriptedApi, type ScriptedApi } from '../test/scripted-api.js';
import { operationsOf } from './operations.js';

let plaza: ScriptedApi;
beforeAll(async () => {
  plaza = await startScriptedApi({ demo: true, commandMs: 400, apiOpenRate: 10_000 });
});
afterAll(() => plaza.stop());
beforeEach(() => {
  plaza.door.seen.length = 0;
  plaza.door.answer = () => ({ $case: 'done', value: { position: head } });
});

const messages = '/v1/rooms/lobby/messages';
const mute = '/v1/rooms/lobby/members/ann/timed-mute';
/** One code point, two UTF-16 units. */
const wide = (points: number): string => '\u{1F600}'.repeat(points);

describe('bad input gets a specific refusal and reaches no room', () => {
  test.each([
    ['POST', '/v1/rooms', { creator: 'host', nmae: 'x' }, 400, 'bad-request', 'body: unknown "nmae"'],
    ['POST', '/v1/rooms', { room: 'a/b', creator: 'host' }, 400, 'bad-request', 'body field room: expected 1-64 of A-Z a-z 0-9 _ -'],
    ['POST', '/v1/rooms', { room: 'r'.repeat(65), creator: 'host' }, 400, 'bad-request', 'body field room: expected 1-64'],
    ['POST', '/v1/rooms', {}, 400, 'bad-request', 'body field creator: '],
    ['POST', '/v1/rooms', { creator: 7 }, 400, 'bad-request', 'body field creator: '],
    ['POST', '/v1/rooms', { creator: 'host', notices: 'loud' }, 400, 'bad-request', 'body field notices: '],
    ['POST', '/v1/rooms', { creator: 'host', name: wide(129) }, 413, 'too-large', 'body field name: at most 128 characters'],
    ['PATCH', '/v1/rooms/lobby', { announcement: 'x'.repeat(4097) }, 413, 'too-large', 'body field announcement: '],
    ['PATCH', '/v1/rooms/lobby', { notifyExt: 'x'.repeat(2049) }, 413, 'too-large', 'body field notifyExt: '],
    ['PATCH', '/v1/rooms/lobby', { operator: 'a b' }, 400, 'bad-request', 'body field operator: '],
    ['PATCH', '/v1/rooms/lobby', [], 400, 'bad-request', 'body: '],
    ['PATCH', '/v1/rooms/lobby', 'null', 400, 'bad-request', 'body: '],
    ['PATCH', '/v1/rooms/lobby', '{"name":', 400, 'bad-request', 'the body is not JSON'],
    ['PATCH', '/v1/rooms/lobby', '{"__proto__":{"name":"x"}}', 400, 'bad-request', 'the body is not JSON'],
    ['GET', '/v1/rooms/a%2Fb', undefined, 400, 'bad-request', 'path field room: '],
    ['GET', '/v1/rooms/lobby?x=1', undefined, 400, 'bad-request', 'query: unknown "x"'],
    ['POST', '/v1/rooms/lobby/close', { reason: 'x'.repeat(257) }, 413, 'too-large', 'body field reason: '],
    ['POST', messages, {}, 400, 'bad-request', 'body: expected exactly one of text, custom'],
    [
      'POST',
      messages,
      { text: 'a', custom: { subType: 'x', content: '' } },
      400,
      'bad-request',
      'body: expected exactly one of text, custom',
    ],
    ['POST', messages, { text: '' }, 400, 'bad-request', 'body field text: at least 1 character'],
    ['POST', messages, { text: wide(4097) }, 413, 'too-large', 'body field text: at most 4096 characters'],
    ['POST', messages, { text: 'a', ext: wide(4097) }, 413, 'too-large', 'body field ext: '],
    ['POST', messages, { custom: { subType: 'a b', content: '' } }, 400, 'bad-request', 'body field custom.subType: '],
    ['POST', messages, { custom: { subType: 'a', content: '', x: 1 } }, 400, 'bad-request', 'body field custom: unknown "x"'],
    ['POST', messages, { text: 'a', class: 'system' }, 400, 'bad-request', 'body field class: '],
    ['POST', messages, { text: 'a', as: 'a/b' }, 400, 'bad-request', 'body field as: '],
    ['GET', `${messages}?before=1&after=2`, undefined, 400, 'bad-request', 'query: expected at most one of before, after'],
    ['GET', `${messages}?before=-1`, undefined, 400, 'bad-request', 'query field before: '],
    ['GET', `${messages}?after=9007199254740992`, undefined, 400, 'bad-request', 'query field after: '],
    ['GET', `${messages}?limit=201`, undefined, 400, 'bad-request', 'query field limit: '],
    ['GET', `${messages}?limit=0`, undefined, 400, 'bad-request', 'query field limit: '],
    ['GET', `${messages}?limit=many`, undefined, 400, 'bad-request', 'query field limit: '],
    ['GET', '/v1/rooms/lobby/members?limit=101', undefined, 400, 'bad-request', 'query field limit: '],
    ['GET', `/v1/rooms/lobby/members?pageToken=${'x'.repeat(513)}`, undefined, 400, 'bad-request', 'query field pageToken: '],
    ['PUT', mute, {}, 400, 'bad-request', 'body field seconds: '],
    ['PUT', mute, { seconds: 0 }, 400, 'bad-request', 'body field seconds: '],
    ['PUT', mute, { seconds: 2_592_001 }, 400, 'bad-request', 'body field seconds: '],
    ['PUT', mute, { seconds: 1.5 }, 400, 'bad-request', 'body field seconds: '],
    ['PUT', mute, { seconds: '60' }, 400, 'bad-request', 'body field seconds: '],
    ['DELETE', `${mute}?notify=perhaps`, undefined, 400, 'bad-request', 'query field notify: '],
    ['PUT', '/v1/rooms/lobby/members/a%20b/mute', {}, 400, 'bad-request', 'path field account: '],
    ['PUT', '/v1/rooms/lobby/members/ann/role', { role: 'creator' }, 400, 'bad-request', 'body field role: '],
    ['POST', '/v1/rooms/lobby/members/ann/kick', { reason: wide(257) }, 413, 'too-large', 'body field reason: '],
    ['POST', '/v1/tokens', { account: 'anon-1' }, 400, 'bad-request', 'body field account: accounts do not start with anon-'],
    ['POST', '/v1/tokens', { account: 'ann', ttlSeconds: 2_592_001 }, 400, 'bad-request', 'body field ttlSeconds: '],
    ['POST', '/v1/tokens', { account: 'ann', capabilities: ['fly'] }, 400, 'bad-request', 'body field capabilities.0: '],
    ['POST', '/v1/tokens', { account: 'ann', nickname: wide(65) }, 413, 'too-large', 'body field nickname: '],
    ['GET', '/v1/top-rooms?metric=likes', undefined, 400, 'bad-request', 'query field metric: '],
    ['GET', '/v1/top-rooms?period=week', undefined, 400, 'bad-request', 'query field period: '],
    ['GET', '/v1/top-rooms?at=9007199254740991', undefined, 400, 'bad-request', 'query field at: '],
    ['GET', '/v1/rooms/lobby/figures?period=minute', undefined, 400, 'bad-request', 'query field period: '],
    ['GET', '/v1/rooms/lobby/figures?from=5&to=5', undefined, 400, 'bad-request', 'query field from: expected a moment before'],
    ['GET', '/v1/rooms/lobby/figures?from=0&to=2678400001', undefined, 400, 'bad-request', 'query field from: expected at most 31 days'],
    ['GET', '/v1/top-rooms?limit=501', undefined, 400, 'bad-request', 'query field limit: '],
    ['GET', '/v1/address', undefined, 400, 'bad-request', 'query field room: '],
    ['POST', '/v1/demo/session', { room: 'lobby', name: '' }, 400, 'bad-request', 'body field name: '],
    ['GET', '/v1/nothing', undefined, 404, 'not-found', 'there is nothing under this path and method'],
    ['DELETE', '/v1/rooms/lobby', undefined, 404, 'not-found', 'there is nothing under this path and method'],
  ])('%s %s %j', async (method, path, body, status, code, detail) => {
    const { json, headers, ...answer } = await plaza.ask(method, path, body);
    expect([answer.status, json['status'], json['code']]).toEqual([status, status, code]);
    expect(json['detail']).toContain(detail);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(plaza.door.seen).toEqual([]);
  });

  test('a body over 64 KiB', async () => {
    const { json } = await plaza.ask('POST', messages, { text: 'x'.repeat(64 * 1024) });
    expect(json).toMatchObject({ status: 413, code: 'too-large', detail: 'the body is over its limit' });
  });

  test('a body of another type', async () => {
    const { json } = await plaza.ask('POST', messages, 'text=a', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(json).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });

  test.each([['x'.repeat(65)], ['a b'], ['']])('the Idempotency-Key %p', async (key) => {
    const { json } = await plaza.ask('PUT', mute, { seconds: 1 }, { 'idempotency-key': key });
    expect(json).toMatchObject({ status: 400, detail: expect.stringContaining('header field idempotency-key: ') });
    expect(plaza.door.seen).toEqual([]);
  });
});

describe('at the limit it is taken', () => {
  test.each([
    ['PATCH', '/v1/rooms/lobby', { name: wide(128), announcement: wide(4096), broadcastUrl: 'x'.repeat(1024), ext: wide(4096) }],
    ['PUT', mute, { seconds: 1, notifyExt: wide(2048) }],
    ['POST', '/v1/rooms/lobby/close', { reason: wide(256) }],
    ['PUT', `/v1/rooms/${'r'.repeat(64)}/members/${encodeURIComponent('@'.repeat(64))}/mute`, {}],
  ])('%s %s', async (method, path, body) => {
    expect((await plaza.ask(method, path, body, { 'idempotency-key': '!'.repeat(64) })).status).toBe(200);
    expect(plaza.door.seen).toHaveLength(1);
  });

  test('a message of 4096 characters with an ext of as many', async () => {
    plaza.door.answer = () => ({ $case: 'accepted', value: { messageId: '1', position: 1 } });
    expect((await plaza.ask('POST', messages, { text: wide(4096), ext: wide(4096) })).status).toBe(201);
  });
});

describe('who may ask', () => {
  const closed = operationsOf(true).filter(({ scope }) => scope !== undefined);

  test.each(closed.map(({ method, path }) => [method, path] as const))('%s %s needs an API key', async (method, path) => {
    for (const authorization of ['', 'Bearer wrong', 'Basic abc']) {
      const { status, headers, json } = await plaza.ask(method, path.replaceAll(/:\w+/g, 'x'), undefined, { authorization });
      expect([status, headers.get('www-authenticate'), json['code']]).toEqual([401, 'Bearer realm="plaza"', 'bad-api-key']);
    }
    expect(plaza.door.seen).toEqual([]);
  });

  test('an unknown path tells nothing more', async () => {
    expect((await plaza.ask('GET', '/v1/x', undefined, { authorization: '' })).status).toBe(404);
  });
});

describe('not now', () => {
  test('a room that does not answer: 503 with Retry-After, and the same key may ask again', async () => {
    plaza.door.answer = () => undefined;
    const { status, headers, json } = await plaza.ask('POST', messages, { text: 'hi' }, { 'idempotency-key': 'again' });
    expect([status, json['code']]).toEqual([503, 'unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(json['retryAfterMs']).toBeGreaterThan(0);
    plaza.door.answer = () => ({ $case: 'accepted', value: { messageId: '1', position: 1 } });
    expect((await plaza.ask('POST', messages, { text: 'hi' }, { 'idempotency-key': 'again' })).status).toBe(201);
    expect(plaza.door.last.entry.commandId).toBe('again');
  });

  test('a room that says so', async () => {
    plaza.door.answer = () => ({ $case: 'unavailable', value: { retryAfterMs: 2500, why: 'Redis is away' } });
    const { status, headers, json } = await plaza.ask('GET', '/v1/rooms/lobby');
    expect([status, headers.get('retry-after'), json['detail'], json['retryAfterMs']]).toEqual([503, '3', 'Redis is away', 2500]);
  });

  test('a member list that does not come', async () => {
    plaza.door.answer = () => undefined;
    expect(await plaza.ask('GET', '/v1/rooms/lobby/members')).toMatchObject({ status: 503, json: { code: 'unavailable' } });
  });

  test('history and figures that cannot be read', async () => {
    plaza.door.answer = () => ({ $case: 'roomInfo', value: RoomInfo.fromPartial({ room: 'lobby', creator: 'host' }) });
    expect(await plaza.ask('GET', messages)).toMatchObject({ status: 503, json: { detail: 'the history cannot be read now' } });
    for (const path of ['/v1/top-rooms', '/v1/rooms/lobby/figures'])
      expect(await plaza.ask('GET', path)).toMatchObject({ status: 503, json: { detail: 'the figures cannot be read now' } });
  });

  test('an answer that makes no sense: 500, its cause in the log only', async () => {
    plaza.door.answer = () => ({ $case: 'pong', value: { timeMs: 1 } });
    const { status, json, headers } = await plaza.ask('GET', '/v1/rooms/lobby');
    expect([status, json['code']]).toEqual([500, 'internal']);
    expect(JSON.stringify(json)).not.toContain('pong');
    const line = plaza.lines.find((one) => one.includes('request-failed'));
    expect(line).toContain('pong');
    expect(line).toContain(headers.get('x-request-id'));
  });
});

describe('the border itself', () => {
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(plaza.api.url());
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.setEncoding('utf8');
      socket
        .on('data', (chunk) => (answer += String(chunk)))
        .on('end', () => resolve(answer))
        .on('error', reject);
    });

  test('what is not HTTP gets a problem and is closed', async () => {
    expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"bad-request"/);
  });

  test('headers over 16 KiB are refused', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(17 * 1024)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [\s\S]*"code":"too-large"/,
    );
  });
});

describe('the description', () => {
  test('is valid OpenAPI 3.1 and has every operation, each with its refusals', async () => {
    const { json } = await plaza.ask('GET', '/openapi.json', undefined, { authorization: '' });
    const checked = await new Validator().validate(structuredClone(json));
    expect(checked).toMatchObject({ valid: true });
    expect(json['openapi']).toBe('3.1.0');
    const described = Object.values(json['paths'] as Record<string, Record<string, { operationId: string; responses: object }>>).flatMap(
      (path) => Object.values(path),
    );
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(
      operationsOf(true)
        .map(({ id }) => id)
        .sort(),
    );
    for (const { responses } of described) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '429', '500', '503']));
  });

  test('is a page that loads nothing from elsewhere', async () => {
    const { status, headers, text } = await plaza.ask('GET', '/docs', undefined, { authorization: '' });
    expect([status, headers.get('x-content-type-options')]).toEqual([200, 'nosniff']);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+='/);
    expect(text).not.toMatch(/<script|src=|https?:/);
    for (const { id, summary } of operationsOf(true)) expect(text).toContain(id === 'createRoom' ? 'curl -sS -X POST' : summary);
    expect(text).toContain('/v1/rooms/lobby/members/ann/kick');
    expect(text).toContain('1-2592000.');
    expect(text).toContain('0-4096 characters.');
  });
});
