import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as allOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { exitOf, launch, startProcess, type Ready, type Started } from './process.fixture.js';

let folder: string;
let started: Started | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plaza-standalone-'));
  started = undefined;
});
afterEach(async () => {
  await started?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  { api, apiKey }: Ready,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

test('serves, shows the key of its first start once to people, and ends in order when asked', async () => {
  started = await startProcess(folder);
  const { ready, printed } = started;
  expect(printed.join('\n')).toContain(`?room=`);
  expect(printed.filter((line) => !line.startsWith('PLAZA_READY') && line.includes(ready.apiKey))).toHaveLength(1);
  expect((await fetch(ready.health)).status).toBe(200);
  expect(await (await fetch(ready.metrics)).text()).toContain('plaza_room_state_shards');
  expect((await fetch(ready.page)).headers.get('content-type')).toContain('text/html');
  expect(await started.end('SIGTERM')).toBe(0);

  started = await startProcess(folder);
  expect(started.ready.apiKey).toBe(ready.apiKey);
  expect(started.printed.filter((line) => !line.startsWith('PLAZA_READY') && line.includes(ready.apiKey))).toEqual([]);
}, 60_000);

test('killed in the middle of sending, it comes back with everything that it had accepted, in order and once', async () => {
  started = await startProcess(folder);
  const { ready } = started;
  await ask(ready, 'POST', '/v1/rooms', { room: 'lobby', creator: 'host' });
  const accepted: string[] = [];
  const sending = (async () => {
    for (let i = 0; ; i++) {
      const { json } = await ask(ready, 'POST', '/v1/rooms/lobby/messages', { as: 'ann', text: `m${i}` });
      if (json['result'] === 'accepted') accepted.push(json['position'] as string);
    }
  })().catch(() => 'cut off');
  await eventually(() => expect(accepted.length).toBeGreaterThan(50));
  await started.end('SIGKILL');
  expect(await sending).toBe('cut off');

  started = await startProcess(folder);
  const again = started.ready;
  const positions = await eventually(async () => {
    const { json } = await ask(again, 'GET', '/v1/rooms/lobby/messages?limit=200&after=0');
    const seen = (json['events'] as { position: string }[]).map(({ position }) => position);
    expect(seen).toEqual(expect.arrayContaining(accepted.slice(0, 200)));
    return seen;
  });
  expect(new Set(positions).size).toBe(positions.length);
  // One more may have been committed without its answer having left.
  expect(positions.filter((position) => !accepted.includes(position)).length).toBeLessThanOrEqual(1);
}, 60_000);

describe('settings', () => {
  test('all mistakes are named at once, those of the services inside too, and the exit code says that a restart will not help', async () => {
    const child = launch({ PLAZA_DATA: folder, PLAZA_HOST: '0.0.0.0', PLAZA_EDGE_MAX_CONNECTIONS: 'many' });
    const [said, code] = await Promise.all([allOf(child.stderr!), exitOf(child)]);
    expect(code).toBe(78);
    expect(said).toContain('PLAZA_HOST=0.0.0.0');
    expect(said).toContain('PLAZA_EDGE_MAX_CONNECTIONS=many');
  }, 20_000);

  test('secrets are in a file that only its owner reads', async () => {
    started = await startProcess(folder);
    const file = join(folder, 'development-secrets.json');
    const secrets = JSON.parse(readFileSync(file, 'utf8')) as { apiKey: string };
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(secrets.apiKey).toBe(started.ready.apiKey);
  }, 30_000);
});
