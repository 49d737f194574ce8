import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cassandraConfig, natsConfig, readConfig } from '@plaza/kit';
import { createCassandra } from '@plaza/kit/cassandra';
import { connectNats } from '@plaza/kit/nats';
import { JetStreamLog } from '@plaza/log/nats';
import { eventually, temporaryFolder } from '@plaza/testkit';
import { startCluster, startEngines, type Cluster, type ClusterEngines } from '@plaza/testkit/cluster';
import type { OwnCassandra } from '@plaza/testkit/engines';
import { WebSocket } from 'ws';
import { judge } from './oracle/judge.js';
import { WebhookEndpoint } from './platform/endpoint.js';
import { readApi } from './readers/read-all.js';
import { readHistory } from './readers/history.js';
import { readLog } from './readers/log.js';
import type { Records } from './records.js';
import { Backend } from './swarm/backend.js';
import { startSwarm } from './swarm/swarm.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const main = join(repository, 'packages/cli/dist/main.js');
const saveScript = join(repository, 'deploy/backup/save-cassandra.sh');
const importScript = join(repository, 'deploy/backup/import-cassandra.sh');
const size = { PLAZA_SHARDS: '16', PLAZA_STREAMS: '4' };
const swarmMs = 5000;
const talkMs = 30;
const talk = 'talk';

const folder = temporaryFolder();
const oldFolder = join(folder, 'old');
const backup = join(folder, 'backup');
const ends: (() => unknown)[] = [];
let old: Cluster;
let engines: ClusterEngines;
let cluster: Cluster;
let records: Records;
let endpoint: WebhookEndpoint;
let keptKey: string;
let deletedKey: string;
const startedMs = Date.now();
/** Positions of what was accepted in the room in which people talk while the backup is made, in their order. */
const accepted: number[] = [];
let acceptedBefore = 0;
let lastSeen = 0;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A shell on the node, with its nodetool: as kubectl or ssh would give one. */
function onNode({ nodetool }: OwnCassandra, name: string): string {
  const bin = join(folder, name);
  mkdirSync(bin);
  const quoted = nodetool.map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'nodetool'), `#!/bin/sh\nexec ${quoted} "$@"\n`);
  writeFileSync(join(bin, 'on'), '#!/bin/sh\nshift 2\nexec "$@"\n');
  for (const file of ['nodetool', 'on']) chmodSync(join(bin, file), 0o755);
  return bin;
}

const cassandraOf = ({ cassandra }: ClusterEngines): OwnCassandra => cassandra as OwnCassandra;

function environment(of: ClusterEngines, name: string): Record<string, string> {
  return {
    PATH: `${join(folder, name)}${delimiter}${process.env['PATH']}`,
    ...size,
    PLAZA_NATS_SERVERS: of.natsUrls.join(),
    PLAZA_REDIS_URL: of.redisUrl,
    PLAZA_CASSANDRA_HOSTS: of.cassandraHosts.join(),
    PLAZA_CASSANDRA_KEYSPACE: of.keyspace,
    NODES: 'node-1',
    ON: 'on',
    CASSANDRA_DATA: cassandraOf(of).dataFolder,
  };
}

const run = (command: string, args: readonly string[], env: Record<string, string>): Promise<Said> =>
  new Promise((resolve) => {
    execFile(command, [...args], { env }, (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }));
  });
const plaza = (env: Record<string, string>, ...args: string[]): Promise<Said> => run(process.execPath, [main, ...args], env);
async function done(said: Promise<Said>): Promise<Said> {
  const { code, out, err } = await said;
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return { code, out, err };
}

const oldBackend = (): Backend => new Backend(old.ready.api, old.ready.apiKey);
const backend = (): Backend => new Backend(cluster.ready.api, cluster.ready.apiKey);
const say = (to: Backend, text: string, as = 'ada') => to.ask('POST', `/v1/rooms/${talk}/messages`, { text, as });

async function talkUntil(ended: () => boolean): Promise<void> {
  for (let i = 0; !ended(); i++) {
    const { json } = await say(oldBackend(), `message ${i}`);
    accepted.push(Number(json['position']));
    await new Promise((resolve) => setTimeout(resolve, talkMs));
  }
}

/** The messages of that room, as the history of the new cluster has them. */
async function restored(): Promise<number[]> {
  const { events } = await readHistory(backend(), talk);
  return events.filter(({ kind }) => kind?.$case === 'message').map(({ position }) => position);
}

/** Everything that a client of a room is told, by its own protocol. */
async function enter(account: string, after: number | undefined): Promise<{ frames: Record<string, unknown>[]; socket: WebSocket }> {
  const { token } = await backend().post('/v1/tokens', { account, capabilities: ['enter', 'send'] });
  const socket = new WebSocket(`${cluster.connectUrls[0]}?token=${String(token)}`, 'plaza.v1.json');
  const frames: Record<string, unknown>[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Record<string, unknown>));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ id: 1, room: talk, join: after === undefined ? {} : { after: String(after) } }));
  ends.push(() => socket.terminate());
  await eventually(() => expect(frames.some((frame) => 'reply' in frame)).toBe(true));
  return { frames, socket };
}

interface Batch {
  readonly prev?: string;
  readonly last: string;
  readonly events?: readonly { readonly position: string }[];
}

const batchesIn = (frames: readonly Record<string, unknown>[]): Batch[] =>
  frames.flatMap((frame) => (frame['batches'] as Batch[] | undefined) ?? []);
const replyIn = (frames: readonly Record<string, unknown>[]) =>
  frames.find((frame) => 'reply' in frame)!['reply'] as Record<string, Record<string, unknown>>;

async function beforeTheDisaster(): Promise<void> {
  old = await startCluster({
    ...{ edges: 1, holders: 2, logLevel: 'warn', dataFolder: oldFolder },
    env: { ...size, PLAZA_WEBHOOK_PRIVATE: 'true', PLAZA_SNAPSHOT_MS: '3000' },
  });
  ends.push(() => goneAtOnce(old));
  const api = oldBackend();
  endpoint = await WebhookEndpoint.open(api, { seed: 5 });
  ends.push(() => endpoint.close());
  keptKey = (await api.post('/v1/keys', { name: 'kept', scopes: ['rooms:read'] }))['key'] as string;
  const deleted = await api.post('/v1/keys', { name: 'deleted', scopes: ['rooms:read'] });
  deletedKey = deleted['key'] as string;
  await api.ask('DELETE', `/v1/keys/${String(deleted['id'])}`);
  await api.post('/v1/rooms', { room: talk, creator: 'host' });
  await api.put(`/v1/rooms/${talk}/members/villain/block`, { reason: 'spam' });
  await api.put(`/v1/rooms/${talk}/members/loud/mute`, {});
  const swarm = await startSwarm({
    ...{ apiUrl: old.ready.api, apiKey: old.ready.apiKey, connectUrls: () => old.connectUrls },
    ...{ seed: 5, rooms: 4, sockets: 24, ratePerSecond: 80, hotShare: 0.4 },
    ...{ graceMs: 15_000, absenceSlackMs: 12_000, edgeGraceMs: 15_000, settlingMs: 20_000 },
  });
  await new Promise((resolve) => setTimeout(resolve, swarmMs));
  await swarm.quiesce();
  const env = environment(old.engines, 'old-node');
  onNode(cassandraOf(old.engines), 'old-node');
  let saved = false;
  const talking = talkUntil(() => saved);
  await eventually(() => expect(accepted.length).toBeGreaterThan(5));
  acceptedBefore = accepted.length;
  await done(plaza(env, 'backup', 'create', '--to', backup, '--cassandra', saveScript)).finally(() => (saved = true));
  await talking;
  const { json } = await say(oldBackend(), 'after the backup');
  lastSeen = Number(json['position']);
  records = await swarm.stop();
  await goneAtOnce(old);
}

/** Nobody drains, nothing is handed over. */
async function goneAtOnce({ processes, stop }: Cluster): Promise<void> {
  await Promise.all(processes.map((one) => one.kill()));
  await stop();
}

async function onCassandra<T>(work: (client: ReturnType<typeof createCassandra>) => Promise<T>): Promise<T> {
  const read = readConfig(cassandraConfig, { PLAZA_CASSANDRA_HOSTS: engines.cassandraHosts.join() });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  const client = createCassandra(read.config);
  try {
    return await work(client);
  } finally {
    await client.shutdown();
  }
}

const messagesInCassandra = (): Promise<number> =>
  onCassandra(async (client) => Number((await client.execute('SELECT count(*) FROM messages')).first().get(0)));

/** As if Cassandra had been saved after the log; answers where the cursor was. */
const moveCursor = (to: number): Promise<number> =>
  onCassandra(async (client) => {
    const before = await client.execute('SELECT sequence FROM reader_cursors WHERE stream = 0');
    await client.execute('INSERT INTO reader_cursors (stream, sequence) VALUES (0, ?)', [BigInt(to)]);
    return Number(before.first().get('sequence'));
  });

beforeAll(async () => {
  await beforeTheDisaster();
  engines = await startEngines({ natsServers: 1, dataFolder: join(folder, 'new') });
  ends.push(() => engines.stop());
  onNode(cassandraOf(engines), 'new-node');
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

describe('a backup of a cluster that goes on', () => {
  test('is whole, and says what is in it', async () => {
    const { out } = await done(plaza({ PATH: process.env['PATH']! }, 'backup', 'verify', '--from', backup, '--json'));
    expect(JSON.parse(out)).toMatchObject({ ok: true, cassandra: true, apiKeys: 1, webhooks: 1 });
  });

  test('is not written over, and is put into nothing that does not belong to it', async () => {
    const env = environment(engines, 'new-node');
    expect(await plaza(environment(engines, 'new-node'), 'backup', 'create', '--to', backup, '--without-cassandra')).toMatchObject({
      code: 2,
    });
    const early = await plaza(env, 'backup', 'restore', '--from', backup, '--yes');
    expect(early).toMatchObject({ code: 2, err: expect.stringContaining('restore Cassandra first') });
  });

  test('becomes a cluster on new engines', async () => {
    const env = environment(engines, 'new-node');
    await done(plaza(env, 'backup', 'tables', '--from', backup, '--yes'));
    const unfilled = await plaza(env, 'backup', 'restore', '--from', backup, '--yes');
    expect(unfilled).toMatchObject({ code: 2, err: expect.stringContaining('import the files of the backup first') });
    await done(run(importScript, [backup], env));
    expect(await messagesInCassandra()).toBeGreaterThan(acceptedBefore);
    const cursor = await moveCursor(1_000_000_000);
    const newer = await plaza(env, 'backup', 'restore', '--from', backup, '--yes');
    expect(newer).toMatchObject({ code: 2, err: expect.stringContaining('Cassandra is newer than the log') });
    await moveCursor(cursor);
    expect(await plaza(env, 'backup', 'restore', '--from', backup)).toMatchObject({
      code: 1,
      err: expect.stringContaining('--yes agrees beforehand'),
    });
    await done(plaza(env, 'backup', 'restore', '--from', backup, '--yes'));
    expect(await plaza(env, 'backup', 'restore', '--from', backup, '--yes')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the log is not empty'),
    });
    cluster = await startCluster({
      ...{ edges: 1, holders: 2, logLevel: 'warn', engines, env: { ...size, PLAZA_WEBHOOK_PRIVATE: 'true' } },
      // Secrets are no part of a backup: the new cluster is given those of the old one, which lie here.
      dataFolder: oldFolder,
    });
    ends.push(() => goneAtOnce(cluster));
  });
});

describe('the cluster from the backup', () => {
  test('has every accepted message once, in order, without a gap; history, figures, audit log and members are as the log says', async () => {
    const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: engines.natsUrls.join() });
    if ('mistakes' in read) throw new Error(read.mistakes.join());
    const connection = await connectNats(read.config, 'test');
    ends.push(() => connection.close());
    const { lastCalls } = records;
    const fromApi = await readApi({ backend: backend(), endpoint, lastCalls, sinceMs: startedMs, steadyMs: 1000 });
    const log = await JetStreamLog.open({ connection, shards: 16, streams: 4, replicas: 1 });
    const all = await readLog(log, new Map([...fromApi.rooms].map(([room, { head }]) => [room, head])));
    await log.close();
    const verdict = judge(records, { ...fromApi, log: all });
    expect(verdict.violations).toEqual([]);
    const silent = verdict.rules.filter(({ missing, checked }) => missing !== '' || checked === 0).map(({ rule }) => rule);
    // Everybody is there when the backup is made: nobody owes a seat.
    expect(silent.filter((rule) => rule !== 'transient-with-owner')).toEqual([]);
  });

  test('has what was said until the backup, and an unbroken beginning of what was said meanwhile', async () => {
    const positions = await restored();
    expect(positions.length).toBeGreaterThanOrEqual(acceptedBefore);
    expect(positions).toEqual(accepted.slice(0, positions.length));
    expect(positions).not.toContain(lastSeen);
  });

  test('still keeps out and silences whom it kept out and silenced', async () => {
    expect(replyIn((await enter('villain', undefined)).frames)).toMatchObject({ refused: { code: 'blocked' } });
    expect(await say(backend(), 'LISTEN', 'loud')).toMatchObject({ status: 403, json: { code: 'muted' } });
  });

  test('lets a client go on from a position that it had, of before the backup or of what was lost', async () => {
    const positions = await restored();
    const at = positions.at(-3)!;
    const [known, lost] = [await enter('bob', at), await enter('eve', lastSeen)];
    for (const { frames } of [known, lost]) expect(replyIn(frames)['joined']).toMatchObject({ complete: true });
    const { json } = await say(backend(), 'we are back');
    const back = Number(json['position']);
    expect(back).toBeGreaterThan(lastSeen);
    for (const { frames } of [known, lost])
      await eventually(() => expect(batchesIn(frames).some(({ last }) => Number(last) >= back)).toBe(true));
    expect(seenAfter(known.frames, at)).toEqual(expect.arrayContaining([...positions.slice(-2), back]));
    expect(seenAfter(lost.frames, lastSeen)).toContain(back);
  });

  test('knows the keys of then, and not those that were taken back before', async () => {
    const asked = (key: string) => new Backend(cluster.ready.api, key).ask('GET', `/v1/rooms/${talk}`);
    expect([(await asked(keptKey)).status, (await asked(deletedKey)).status]).toEqual([200, 401]);
  });
});

/** What a client takes that follows the chain: each batch has to follow what it has. */
function seenAfter(frames: readonly Record<string, unknown>[], after: number): number[] {
  let position = after;
  const seen: number[] = [];
  for (const { prev = '0', last, events = [] } of batchesIn(frames)) {
    expect(Number(prev)).toBeLessThanOrEqual(position);
    seen.push(...events.map((event) => Number(event.position)).filter((one) => one > position));
    position = Math.max(position, Number(last));
  }
  return seen;
}
