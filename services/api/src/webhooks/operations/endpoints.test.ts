import { afterEach, describe, expect, test } from '@jest/globals';
import { startScriptedApi, type ScriptedApi } from '../../../test/scripted-api.js';

let running: ScriptedApi | undefined;
const start = async (...given: Parameters<typeof startScriptedApi>): Promise<ScriptedApi> => (running = await startScriptedApi(...given));
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const wanted = { url: 'https://platform.example/plaza', kinds: ['message', 'timed-muted'], roomPrefix: 'live-', name: 'mirror' };
interface Made {
  readonly id: string;
  readonly secret: string;
}

describe('webhooks', () => {
  test('are made, listed, read, changed and taken away; the secret is shown once', async () => {
    const { ask, lines } = await start();
    const made = await ask('POST', '/v1/webhooks', wanted);
    expect(made).toMatchObject({ status: 201, json: { ...wanted, rooms: [], enabled: true, stopped: '', revision: 1 } });
    const { id, secret } = made.json as unknown as Made;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9_-]{43}$/);

    const { secret: _, ...shown } = made.json;
    expect((await ask('GET', '/v1/webhooks')).json).toEqual({ webhooks: [shown] });
    expect((await ask('GET', `/v1/webhooks/${id}`)).json).toEqual(shown);
    const changed = await ask('PATCH', `/v1/webhooks/${id}`, { enabled: false, kinds: [] });
    expect(changed).toMatchObject({ status: 200, json: { ...wanted, kinds: [], enabled: false, revision: 2 } });
    expect((await ask('DELETE', `/v1/webhooks/${id}`)).json).toEqual({ result: 'done' });
    for (const method of ['GET', 'DELETE']) expect((await ask(method, `/v1/webhooks/${id}`)).status).toBe(404);
    expect((await ask('PATCH', `/v1/webhooks/${id}`, {})).status).toBe(404);
    expect(lines.join('')).not.toContain(secret);
  });

  test('switched on again, events are delivered since then', async () => {
    const { ask } = await start();
    const { id, ...made } = (await ask('POST', '/v1/webhooks', wanted)).json as unknown as Made & { sinceMs: number };
    await ask('PATCH', `/v1/webhooks/${id}`, { enabled: false });
    const again = (await ask('PATCH', `/v1/webhooks/${id}`, { enabled: true })).json as unknown as { sinceMs: number };
    expect(again.sinceMs).toBeGreaterThanOrEqual(made.sinceMs);
    const same = (await ask('PATCH', `/v1/webhooks/${id}`, { enabled: true })).json as unknown as { sinceMs: number };
    expect(same.sinceMs).toBe(again.sinceMs);
  });

  test('get a second secret for a while, and no third one meanwhile', async () => {
    const { ask } = await start();
    const { id, secret } = (await ask('POST', '/v1/webhooks', wanted)).json as unknown as Made;
    const turned = await ask('POST', `/v1/webhooks/${id}/secret`, { overlapSeconds: 600 });
    expect(turned.json['secret']).not.toBe(secret);
    const [newest, before] = turned.json['secrets'] as { createdMs: number; untilMs: number }[];
    expect(newest?.untilMs).toBe(0);
    expect(before?.untilMs).toBe(newest!.createdMs + 600_000);
    expect(await ask('POST', `/v1/webhooks/${id}/secret`)).toMatchObject({ status: 409, json: { code: 'too-many' } });
    expect((await ask('POST', `/v1/webhooks/${id}/secret`, { overlapSeconds: 0 })).json['secrets']).toHaveLength(1);
  });

  test.each([
    [{ url: 'http://platform.example/' }, 'an https address'],
    [{ url: 'https://10.0.0.1/' }, 'a public address'],
    [{ url: 'https://localhost/' }, 'a public address'],
    [{ url: 'https://x.example/', kinds: ['moved'] }, 'kinds'],
    [{ url: 'https://x.example/', rooms: ['a'], roomPrefix: 'b' }, 'not both'],
    [{ url: 'https://x.example/', rooms: ['no spaces'] }, 'rooms'],
    [{}, 'url'],
  ])('%j is refused: %s', async (body, why) => {
    const { ask } = await start();
    const answer = await ask('POST', '/v1/webhooks', body);
    expect(answer.status).toBe(400);
    expect(answer.json['detail']).toContain(why);
    expect((await ask('GET', '/v1/webhooks')).json).toEqual({ webhooks: [] });
  });

  test('may be on this machine where a setting allows it', async () => {
    const { ask } = await start({ webhookPrivate: true });
    expect((await ask('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/' })).status).toBe(201);
    expect((await ask('POST', '/v1/webhooks', { url: 'http://10.0.0.1:9/' })).status).toBe(400);
  });

  test('need a scope of their own', async () => {
    const { ask } = await start();
    const key = (await ask('POST', '/v1/keys', { name: 'k', scopes: ['rooms:write', 'keys:write'] })).json['key'] as string;
    expect((await ask('GET', '/v1/webhooks', undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
    const other = (await ask('POST', '/v1/keys', { name: 'k', scopes: ['webhooks:write'] })).json['key'] as string;
    expect((await ask('GET', '/v1/webhooks', undefined, { authorization: `Bearer ${other}` })).status).toBe(200);
  });

  test('are a hundred at most', async () => {
    const { ask } = await start();
    for (let i = 0; i < 100; i++) expect((await ask('POST', '/v1/webhooks', wanted)).status).toBe(201);
    expect(await ask('POST', '/v1/webhooks', wanted)).toMatchObject({ status: 409, json: { code: 'too-many' } });
  });
});
