import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, eventually } from '@plaza/testkit';
import { hashApiKey } from '@plaza/kit';
import { RoomInfo } from '@plaza/proto/client';
import type { Beat } from '@plaza/proto/room';
import { afterEach, describe, expect, test } from '@jest/globals';
import { apiKey, head, sha256, startScriptedApi, type ScriptedApi } from '../test/scripted-api.js';
import type { ApiConfig } from './config.js';

let running: ScriptedApi | undefined;
const start = async (over: Partial<ApiConfig> = {}): Promise<ScriptedApi> => (running = await startScriptedApi(over));
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
const open = { authorization: '' };

describe('rates', () => {
  test('of one API key do not touch another', async () => {
    const { ask } = await start({ apiKeys: [sha256(apiKey), hashApiKey('dev-other')], apiKeyRate: 2 });
    for (let i = 0; i < 4; i++) expect((await ask('GET', '/v1/nothing-yet-limited')).status).toBe(404);
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await ask('PUT', '/v1/rooms/r/members/ann/mute')).status);
    expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
    expect(statuses).toContain(429);
    expect((await ask('PUT', '/v1/rooms/r/members/ann/mute', undefined, { authorization: 'Bearer dev-other' })).status).toBe(200);
  });

  test('of an address hold where no key is needed, and for wrong keys', async () => {
    const { ask } = await start({ apiOpenRate: 1, demo: true });
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await ask('GET', '/v1/address?room=lobby', undefined, open));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]).toMatchObject({ json: { code: 'rate-limited' } });
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('POST', '/v1/demo/session', { room: 'lobby' }, open)).status).toBe(429);
    expect((await ask('GET', '/v1/rooms/lobby', undefined, { authorization: 'Bearer guess' })).status).toBe(429);
    expect((await ask('PUT', '/v1/rooms/r/members/ann/mute')).status).toBe(200);
  });

  test('count the forwarded address of a trusted proxy, and of nobody else', async () => {
    const trusting = await start({ apiOpenRate: 1, apiTrustedProxies: ['127.0.0.1'] });
    const from = (ask: ScriptedApi['ask'], address: string) =>
      ask('GET', '/v1/address?room=lobby', undefined, { ...open, 'x-forwarded-for': address });
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
      expect((await from(trusting.ask, address)).status).toBe(200);
    await trusting.stop();
    const { ask } = await start({ apiOpenRate: 1 });
    const statuses = [];
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) statuses.push((await from(ask, address)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe('the pages', () => {
  test('without the demo: no session for anybody, and the way leads to the description', async () => {
    const { ask } = await start();
    expect((await ask('POST', '/v1/demo/session', { room: 'lobby' })).status).toBe(404);
    expect((await ask('GET', '/')).headers.get('location')).toBe('/docs');
    expect((await ask('GET', '/openapi.json')).text).not.toContain('demo/session');
  });

  test('with the demo: the way leads into a room', async () => {
    const { ask } = await start({ demo: true });
    expect((await ask('GET', '/')).headers.get('location')).toBe('/chat/?room=lobby');
    expect((await ask('GET', '/chat?room=x')).headers.get('location')).toBe('/chat/?room=x');
  });

  test('a chat page that was not built says so', async () => {
    const { ask } = await start({ consoleDir: temporaryFolder() });
    const { status, text } = await ask('GET', '/chat/?room=lobby', undefined, open);
    expect([status, text]).toEqual([404, expect.stringContaining('not built')]);
  });

  test('a built chat page comes with its policy; only hashed files are kept for ever; nothing outside is served', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>chat</title>');
    writeFileSync(join(folder, 'assets', 'a-123.js'), '1');
    writeFileSync(join(folder, '.secret'), 'no');
    const { ask } = await start({ consoleDir: folder });
    const page = await ask('GET', '/chat/?room=lobby', undefined, open);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('<title>chat')]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect([page.headers.get('x-content-type-options'), page.headers.get('cache-control')]).toEqual(['nosniff', 'no-cache']);
    const script = await ask('GET', '/chat/assets/a-123.js', undefined, open);
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, expect.stringContaining('immutable')]);
    for (const path of ['.secret', '%2e%2e/package.json', '..%2fpackage.json', 'none.js']) {
      expect((await ask('GET', `/chat/${path}`, undefined, open)).status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('its life', () => {
  test('is ready while a holder of rooms is heard', async () => {
    const plaza = await start();
    expect(plaza.api.ready()).toMatchObject({ ok: true, detail: { holders: 1, shardsHeld: 4, shards: 4 } });
    await plaza.api.drain();
    expect(plaza.api.ready()).toMatchObject({ ok: false, detail: { state: 'draining' } });
    expect(plaza.api.health().ok).toBe(true);
    await plaza.api.stop();
    await plaza.api.stop();
    expect(plaza.api.health().ok).toBe(false);
  });

  test('tells the others that it lives, and that it drains', async () => {
    const plaza = await start({ id: 'api-7' });
    const beats: Beat[] = [];
    plaza.peers.onBeat((beat) => void beats.push(beat));
    await eventually(() =>
      expect(beats).toContainEqual(expect.objectContaining({ kind: 'api', id: 'api-7', address: plaza.api.url(), draining: false })),
    );
    await plaza.api.drain();
    await eventually(() => expect(beats.at(-1)).toMatchObject({ id: 'api-7', draining: true }));
  });

  test('draining lets a request end and takes no new one', async () => {
    const plaza = await start();
    let answer: (() => void) | undefined;
    plaza.door.answer = () => ({
      $case: 'roomInfo',
      value: RoomInfo.fromPartial({ room: 'r', creator: 'h', open: true }),
    });
    plaza.readers.history.read = () =>
      new Promise((resolve) => (answer = () => resolve({ events: [], upTo: head, more: false, nextBound: 0 })));
    const asked = plaza.ask('GET', '/v1/rooms/r/messages');
    await eventually(() => expect(answer).toBeDefined());
    const drained = plaza.api.drain();
    await eventually(async () =>
      expect(
        await plaza.ask('GET', '/v1/rooms/r').then(
          ({ status }) => status === 503,
          () => true,
        ),
      ).toBe(true),
    );
    answer?.();
    expect(await asked).toMatchObject({ status: 200, json: { upTo: '4096' } });
    await drained;
  });

  test('does not start as a demo where other machines reach it', async () => {
    await expect(startScriptedApi({ demo: true, apiHost: '0.0.0.0' })).rejects.toThrow('PLAZA_DEMO');
  });

  test('counts requests by operation and status, under names of its own', async () => {
    const plaza = await start();
    await plaza.ask('PUT', '/v1/rooms/secret-room/members/ann/mute');
    await plaza.ask('GET', '/v1/rooms/lobby', undefined, open);
    await plaza.ask('GET', '/my/own/path');
    await eventually(async () => {
      const text = await plaza.registry.metrics();
      for (const labels of ['operation="muteMember",status="200"', 'operation="getRoom",status="401"', 'operation="none",status="404"']) {
        expect(text).toContain(`plaza_api_requests_total{${labels}`);
      }
      expect(text).toContain('plaza_api_request_seconds_bucket');
      expect(text).not.toMatch(/secret-room|my\/own/);
    });
  });
});
