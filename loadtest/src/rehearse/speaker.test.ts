import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { saidIn } from '../k6/speech.js';
import { Speaker, type Said } from './speaker.js';

let server: Server;
let speaker: Speaker;
let asked: { key: string; text: string }[];
let refuse: number;
let ended: Said[];

beforeEach(async () => {
  asked = [];
  refuse = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      asked.push({ key: String(request.headers['idempotency-key']), text: (JSON.parse(body) as { text: string }).text });
      response.statusCode = refuse-- > 0 ? 503 : 201;
      response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  ended = [];
  speaker = new Speaker(
    () => `http://127.0.0.1:${port}`,
    ...(['k', 'r', 50, 120] as const),
    (said) => ended.push(said),
  );
});

afterEach(async () => {
  await speaker.stop();
  server.closeAllConnections();
  server.close();
});

test('what it says tells its moment to k6 and to the swarm, and counts when it is accepted', async () => {
  speaker.start();
  await eventually(() => expect(asked.length).toBeGreaterThan(5));
  await speaker.stop();
  const [{ text } = { text: '' }] = asked;
  expect(saidIn(text)).toMatchObject({ speaker: 'rehearsal', number: 0 });
  expect(text).toMatch(/@\d{13}\.\d{3}@/);
  expect(text).toHaveLength(120);
  expect(speaker.take()).toEqual({ accepted: asked.length, unavailable: 0 });
  expect(speaker.take()).toEqual({ accepted: 0, unavailable: 0 });
});

test('what nobody knows is sent again, the same under the same key', async () => {
  refuse = 1;
  speaker.start();
  await eventually(() => expect(asked.filter(({ key }) => key === asked[0]?.key)).toHaveLength(2));
  await speaker.stop();
  const [first, again] = asked.filter(({ key }) => key === asked[0]?.key);
  expect(again).toEqual(first);
  expect(speaker.take()).toEqual({ accepted: asked.length - 1, unavailable: 1 });
  expect([speaker.givenUp, speaker.problem]).toEqual([0, '503 {}']);
  expect(ended.filter(({ text }) => text === first?.text)).toEqual([{ text: first?.text, isAccepted: true, tookMs: expect.any(Number) }]);
});
