import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { head, startScriptedApi, type ScriptedApi } from '../../test/scripted-api.js';

let plaza: ScriptedApi;
beforeEach(async () => {
  plaza = await startScriptedApi();
});
afterEach(() => plaza.stop());

const noted = () =>
  plaza.door.seen.flatMap(({ command, entry }) =>
    command.$case === 'noteAct'
      ? [{ room: entry.room, apiKey: entry.apiKey, act: command.value.act, details: JSON.parse(command.value.details) as unknown }]
      : [],
  );
const common = { room: 'accounts:', apiKey: 'root-0' };
const hook = { url: 'https://platform.example/plaza?token=secret', name: 'mirror' };
const unavailable = { $case: 'unavailable', value: { retryAfterMs: 1000, why: 'no holder' } } as const;

describe('acts that are no room’s', () => {
  test('of API keys are noted with the name of the key that did it, and without any key', async () => {
    const made = await plaza.ask('POST', '/v1/keys', { name: 'mods', scopes: ['members:write'] });
    const { id, key } = made.json as { id: string; key: string };
    await plaza.ask('DELETE', `/v1/keys/${id}`);
    expect(noted()).toEqual([
      { ...common, act: 'key-created', details: { id, name: 'mods', scopes: ['members:write'] } },
      { ...common, act: 'key-deleted', details: { id, name: 'mods' } },
    ]);
    expect(JSON.stringify(noted())).not.toContain(key);
  });

  test('of webhooks are noted without secrets, also such as stand in an address', async () => {
    const { id, secret } = (await plaza.ask('POST', '/v1/webhooks', hook)).json as { id: string; secret: string };
    await plaza.ask('PATCH', `/v1/webhooks/${id}`, { enabled: false });
    await plaza.ask('POST', `/v1/webhooks/${id}/secret`, { overlapSeconds: 60 });
    await plaza.ask('DELETE', `/v1/webhooks/${id}`);
    expect(noted().map(({ act }) => act)).toEqual(['webhook-created', 'webhook-updated', 'webhook-secret-rotated', 'webhook-deleted']);
    expect(noted()[0]).toMatchObject({ ...common, details: { id, name: 'mirror', url: 'https://platform.example/plaza' } });
    expect(noted()[1]!.details).toEqual({ id, enabled: false });
    expect(JSON.stringify(noted())).not.toMatch(new RegExp(`token|${secret}`));
  });

  test('that are refused or find nothing are not noted', async () => {
    expect((await plaza.ask('DELETE', '/v1/keys/0123456789abcdef')).status).toBe(404);
    expect((await plaza.ask('POST', '/v1/webhooks', { url: 'http://platform.example/' })).status).toBe(400);
    expect((await plaza.ask('PATCH', '/v1/webhooks/wh_0123456789abcdef', { enabled: false })).status).toBe(404);
    expect((await plaza.ask('DELETE', '/v1/webhooks/wh_0123456789abcdef')).status).toBe(404);
    expect(noted()).toEqual([]);
  });

  test('are not done where they cannot be noted', async () => {
    const { id } = (await plaza.ask('POST', '/v1/keys', { name: 'kept', scopes: ['members:write'] })).json as { id: string };
    const { id: webhook } = (await plaza.ask('POST', '/v1/webhooks', hook)).json as { id: string };
    plaza.door.answer = () => unavailable;
    for (const [method, path, body] of [
      ['POST', '/v1/keys', { name: 'more', scopes: ['members:write'] }],
      ['DELETE', `/v1/keys/${id}`, undefined],
      ['POST', '/v1/webhooks', hook],
      ['PATCH', `/v1/webhooks/${webhook}`, { enabled: false }],
      ['POST', `/v1/webhooks/${webhook}/secret`, {}],
      ['DELETE', `/v1/webhooks/${webhook}`, undefined],
    ] as const) {
      expect(await plaza.ask(method, path, body)).toMatchObject({ status: 503, json: { code: 'unavailable', retryAfterMs: 1000 } });
    }
    expect((await plaza.ask('GET', '/v1/keys')).json).toMatchObject({ keys: [{ id }] });
    expect((await plaza.ask('GET', '/v1/webhooks')).json).toMatchObject({ webhooks: [{ id: webhook, enabled: true, revision: 1 }] });
  });

  test('with long lists are kept by a hash', async () => {
    plaza.door.answer = () => ({ $case: 'done', value: { position: head } });
    const rooms = Array.from({ length: 100 }, (_, i) => `room-${'x'.repeat(50)}-${i}`);
    const made = await plaza.ask('POST', '/v1/webhooks', { ...hook, rooms });
    expect(made.status).toBe(201);
    expect(noted()[0]!.details).toMatchObject({ name: 'mirror', long: expect.stringMatching(/^sha256:[0-9a-f]{64} of \d+ characters$/) });
  });
});
