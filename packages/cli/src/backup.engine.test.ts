import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { natsConfig, readConfig, type ConfigOf } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { JetStreamLog } from '@plaza/log/nats';
import { freePort, temporaryFolder } from '@plaza/testkit';
import { findNats, httpBody, Keeper, ServerProcess, startRedis, type RedisEngine } from '@plaza/testkit/engines';
import { Redis } from 'ioredis';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const keeper = new Keeper();
const folder = temporaryFolder();
const shards = 4;

/** As docs/operations/backup.md gives them. */
const natsRights = `publish: ["$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.SNAPSHOT.*", "$JS.API.DIRECT.GET.*", "$JS.SNAPSHOT.ACK.>"], subscribe: "_INBOX.>"`;
const redisRights = ['~plaza:*', '+@read', '+info', '+ping'];

let nats: ServerProcess;
let address: string;
let redis: RedisEngine;
let asRoot: Redis;

const configOf = (user: string): ConfigOf<typeof natsConfig> => {
  const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: address, PLAZA_NATS_USER: user, PLAZA_NATS_PASSWORD: 'secret' });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  return read.config;
};

async function startNatsWithUsers(): Promise<void> {
  const [port, monitor] = [await freePort(), await freePort()];
  address = `127.0.0.1:${port}`;
  const file = join(folder, 'nats.conf');
  writeFileSync(
    file,
    `host: "127.0.0.1"\nport: ${port}\nhttp: "127.0.0.1:${monitor}"\nmax_payload: 2MB\njetstream { store_dir: "${folder}/jetstream" }
authorization { users: [ { user: root, password: secret }, { user: backup, password: secret, permissions: { ${natsRights} } } ] }\n`,
  );
  const { path } = await findNats();
  const answers = () => httpBody(`http://127.0.0.1:${monitor}/healthz`);
  nats = new ServerProcess({ name: 'nats', command: path, args: ['-c', file], folder, answers, startMs: 20_000, guard: keeper.guard });
  await nats.start();
}

beforeAll(async () => {
  await startNatsWithUsers();
  const connection = await connectNats(configOf('root'), 'test');
  const log = await JetStreamLog.open({ connection, shards, streams: 2, replicas: 1, maxBytes: 64 * 1024 * 1024 });
  for (let shard = 0; shard < shards; shard++) expect((await log.tryAppend(shard, 0, new Uint8Array(3), 5000)).kind).toBe('stored');
  await log.close();
  await connection.close();
  redis = await startRedis();
  asRoot = new Redis(redis.url);
  await asRoot.hset('plaza:api-keys', 'h', JSON.stringify({ name: 'eyes' }));
  await asRoot.set('plaza:{s1}:cursor', '7');
  await asRoot.call('ACL', 'SETUSER', 'backup', 'on', '>secret', ...redisRights);
});
afterAll(async () => {
  asRoot.disconnect();
  await redis.stop();
  await nats.stop();
  await keeper.close();
});

const plaza = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'],
      ...{ PLAZA_NATS_SERVERS: address, PLAZA_NATS_USER: 'backup', PLAZA_NATS_PASSWORD: 'secret' },
      PLAZA_REDIS_URL: redis.url.replace('//', '//backup:secret@'),
      ...{ PLAZA_SHARDS: String(shards), PLAZA_STREAMS: '2' },
    };
    execFile(process.execPath, [main, 'backup', ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

test('a backup needs no more rights than its page says, and takes nothing of Redis that can be made again', async () => {
  const { code, out, err } = await plaza('create', '--to', join(folder, 'backup'), '--without-cassandra', '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({ redis: { apiKeys: 1 }, versions: { nats: expect.stringMatching(/^2\./) } });
  const [manifest] = [JSON.parse(out) as { log: { copy: { state: object }; begins: object[] }[] }];
  expect(manifest.log.map(({ copy, begins }) => [copy.state, begins])).toEqual([
    [expect.objectContaining({ messages: 2, last_seq: 2 }), [0, 2].map((shard) => ({ shard, after: 0 }))],
    [expect.objectContaining({ messages: 2, last_seq: 2 }), [1, 3].map((shard) => ({ shard, after: 0 }))],
  ]);
});

test('those rights write nothing', async () => {
  const connection = await connectNats(configOf('backup'), 'test');
  await expect(connection.request('$JS.API.STREAM.DELETE.LOG-0', '{}', { timeout: 2000 })).rejects.toThrow(/ermission/);
  await connection.close();
  const asBackup = new Redis(redis.url.replace('//', '//backup:secret@'));
  await expect(asBackup.hdel('plaza:api-keys', 'h')).rejects.toThrow('NOPERM');
  asBackup.disconnect();
});

test('engines that are away are named within seconds', async () => {
  await nats.stop();
  expect(await plaza('create', '--to', join(folder, 'other'), '--without-cassandra')).toMatchObject({
    code: 1,
    err: expect.stringContaining('refused'),
  });
});
