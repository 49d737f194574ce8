import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { startScriptedApi, type ScriptedApi } from '../../../test/scripted-api.js';
import { letterId } from '../dead-letters.js';

/** Replays and states are looked at once a second. */
const patiently = <T>(check: () => T | Promise<T>): Promise<T> => eventually(check, { timeoutMs: 30_000 });
const testMs = 90_000;
let running: ScriptedApi | undefined;
let server: Server | undefined;
afterEach(async () => {
  await running?.stop();
  server?.closeAllConnections();
  server?.close();
  running = server = undefined;
});

interface Heard {
  readonly room: string;
  readonly resent: boolean;
  readonly events: readonly { readonly kind: string; readonly event: { readonly position: string } }[];
}

/** An api with one webhook, at an endpoint that answers as it is told. */
async function start(respond: (heard: Heard) => number = () => 200) {
  const heard: Heard[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const one = JSON.parse(body) as Heard;
      heard.push(one);
      response.writeHead(respond(one)).end();
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  running = await startScriptedApi({ webhookPrivate: true });
  const { ask } = running;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  const { id } = (await ask('POST', '/v1/webhooks', { url })).json as unknown as { id: string };
  return { ...running, heard, path: `/v1/webhooks/${id}`, id };
}

const noted = (): unknown[] =>
  running!.door.seen.flatMap(({ command }) =>
    command.$case === 'noteAct' ? [{ act: command.value.act, details: JSON.parse(command.value.details) as unknown }] : [],
  );

describe('deliveries by the API', () => {
  test(
    'are made to a real endpoint, seen in the state, and again after a replay',
    async () => {
      const { say, heard, ask, path, id } = await start();
      say('lobby', 'hello');
      await patiently(() => expect(heard).toHaveLength(1));
      expect(heard[0]).toMatchObject({
        room: 'lobby',
        resent: false,
        events: [{ kind: 'message', event: { message: { body: { text: { text: 'hello' } } } } }],
      });
      const state = await patiently(async () => {
        const { json } = await ask('GET', `${path}/state`);
        expect(json['deliveredMs']).toBeGreaterThan(0);
        return json;
      });
      expect(state).toMatchObject({ lagMs: 0, waiting: 0, rooms: [], lastError: '', holes: 0 });

      expect((await ask('POST', `${path}/replay`, { room: 'lobby', after: '0' })).json).toEqual({ result: 'done', complete: true });
      await patiently(() => expect(heard).toHaveLength(2));
      expect((await ask('POST', `${path}/replay`, { sinceMs: 0 })).json).toEqual({ result: 'done', complete: true });
      await patiently(() => expect(heard).toHaveLength(3));
      expect(noted().slice(1)).toEqual([
        { act: 'webhook-replayed', details: { id, room: 'lobby', after: '0' } },
        { act: 'webhook-replayed', details: { id, sinceMs: 0 } },
      ]);
      expect(new Set(heard.map((one) => one.events[0]?.event.position)).size).toBe(1);
    },
    testMs,
  );

  test(
    'that wait are named with their error',
    async () => {
      const { say, ask, path } = await start(() => 500);
      say('lobby', 'hello');
      await patiently(async () => {
        const { json } = await ask('GET', `${path}/state`);
        expect(json).toMatchObject({ waiting: 1, lastError: 'status 500', rooms: [{ room: 'lobby', lastError: 'status 500' }] });
        expect(json['lagMs']).toBeGreaterThanOrEqual(0);
      });
    },
    testMs,
  );

  test.each([[{}], [{ room: 'lobby' }], [{ after: '0' }], [{ room: 'lobby', after: '0', sinceMs: 5 }], [{ room: 'lobby', after: '-1' }]])(
    'a replay of %j is refused',
    async (body) => {
      const { ask, path } = await start();
      expect((await ask('POST', `${path}/replay`, body)).status).toBe(400);
    },
  );

  test('a replay is refused of a room that the webhook does not have, and of a webhook that is off', async () => {
    const { ask, path } = await start();
    await ask('PATCH', path, { rooms: ['garden'] });
    expect((await ask('POST', `${path}/replay`, { room: 'lobby', after: '0' })).status).toBe(400);
    await ask('PATCH', path, { enabled: false });
    expect((await ask('POST', `${path}/replay`, { sinceMs: 0 })).status).toBe(400);
  });
});

describe('dead letters', () => {
  const bury = (api: ScriptedApi, endpoint: string, room: string, number: number) =>
    api.letters.bury({
      ...{ id: letterId(Date.now() - 1000 + number, '0a0b0c0d'), endpoint, room, from: number, to: number, events: 1, attempts: 14 },
      ...{ lastError: 'status 500', body: `[{"kind":"message","event":{"position":"${number}"}}]` },
    });

  test('are listed page by page, read, sent again and thrown away', async () => {
    const { ask, path, id, heard } = await start();
    for (const number of [1, 2, 3]) await bury(running!, id, 'lobby', number);
    const first = await ask('GET', `${path}/dead-letters?limit=2`);
    const shown = first.json['letters'] as { id: string; from: string }[];
    expect(shown.map(({ from }) => from)).toEqual(['1', '2']);
    const rest = await ask('GET', `${path}/dead-letters?limit=2&pageToken=${first.json['next'] as string}`);
    expect(rest.json).toMatchObject({ letters: [{ from: '3', room: 'lobby', attempts: 14, lastError: 'status 500' }], next: '' });
    const [one, two] = shown.map((letter) => letter.id);
    expect((await ask('GET', `${path}/dead-letters/${one}`)).json['content']).toEqual([{ kind: 'message', event: { position: '1' } }]);

    const resent = await ask('POST', `${path}/dead-letters/resend`, { letters: [two, one, letterId(5, '00000000')] });
    expect(resent.json['letters']).toMatchObject([
      { result: 'not-found' },
      { id: one, result: 'delivered' },
      { id: two, result: 'delivered' },
    ]);
    expect(heard.map(({ resent: again, events }) => [again, events[0]?.event.position])).toEqual([
      [true, '1'],
      [true, '2'],
    ]);
    const [third] = (await ask('GET', `${path}/dead-letters`)).json['letters'] as { id: string }[];
    expect((await ask('DELETE', `${path}/dead-letters/${third?.id}`)).json).toEqual({ result: 'done' });
    expect((await ask('DELETE', `${path}/dead-letters/${third?.id}`)).status).toBe(404);
    expect((await ask('GET', `${path}/dead-letters`)).json).toEqual({ letters: [], next: '' });
    expect(noted()).toEqual([
      { act: 'webhook-created', details: expect.objectContaining({ id }) },
      { act: 'dead-letters-resent', details: { id, letters: [one, two] } },
      { act: 'dead-letter-deleted', details: { id, letter: third?.id, room: 'lobby', from: '3', to: '3', events: 1 } },
    ]);
  });

  test('and replays are left alone where that cannot be noted', async () => {
    const { ask, path, id, heard } = await start();
    await bury(running!, id, 'lobby', 1);
    const [letter] = (await ask('GET', `${path}/dead-letters`)).json['letters'] as { id: string }[];
    running!.door.answer = () => ({ $case: 'unavailable', value: { retryAfterMs: 1000, why: 'no holder' } });
    for (const [method, at, body] of [
      ['POST', 'replay', { room: 'lobby', after: '0' }],
      ['POST', 'dead-letters/resend', { letters: [letter?.id] }],
      ['DELETE', `dead-letters/${letter?.id}`, undefined],
    ] as const)
      expect(await ask(method, `${path}/${at}`, body)).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect((await ask('GET', `${path}/dead-letters`)).json['letters']).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  test('that fail again stay, and those after them of the same room are not tried', async () => {
    const { ask, path, id } = await start(({ room }) => (room === 'lobby' ? 503 : 200));
    await bury(running!, id, 'lobby', 1);
    await bury(running!, id, 'lobby', 2);
    await bury(running!, id, 'garden', 3);
    const ids = ((await ask('GET', `${path}/dead-letters`)).json['letters'] as { id: string }[]).map((one) => one.id);
    const { json } = await ask('POST', `${path}/dead-letters/resend`, { letters: ids });
    expect(json['letters']).toMatchObject([
      { result: 'failed', lastError: 'status 503' },
      { result: 'not-tried' },
      { result: 'delivered' },
    ]);
    expect((await ask('GET', `${path}/dead-letters`)).json['letters']).toHaveLength(2);
  });
});
