import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inProcessWorld } from './world.in-process.js';
import { Backend, freshRoom, type World } from './world.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
/** `curl` and the like, wherever a system keeps them. */
const path = '/usr/local/bin:/usr/bin:/bin';

let world: World;
let backend: Backend;
beforeAll(async () => {
  world = await inProcessWorld();
  backend = new Backend(world);
}, 60_000);
afterAll(() => world.stop(), 60_000);

test('the server API by curl runs to its end', async () => {
  const child = spawn('sh', [`${examples}curl.sh`, freshRoom('example')], {
    env: { PATH: path, PLAZA_API: world.apiUrl, PLAZA_API_KEY: world.apiKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(said).toContain('Hello');
}, 60_000);

test('a plain WebSocket client says what is typed and prints what others say', async () => {
  const room = freshRoom('talk');
  await backend.createRoom(room);
  const args = [
    '--experimental-websocket',
    '--no-warnings',
    `${examples}talk.mjs`,
    world.connectUrls[0] ?? '',
    room,
    await backend.token('bob'),
  ];
  const child = spawn(process.execPath, args, { env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.includes(`in ${room} as bob`)) child.stdin.write('good evening\n');
      if (line.includes('good evening')) await backend.ask('POST', `/v1/rooms/${room}/messages`, { as: 'ada', text: 'hello bob' });
      if (line.includes('hello bob')) break;
    }
    expect(lines.join('\n')).toContain('hello bob');
  } finally {
    child.kill('SIGKILL');
  }
}, 30_000);
