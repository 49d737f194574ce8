import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { freePort, temporaryFolder } from '@plaza/testkit';
import { barOf, progressBar } from './progress.js';
import { clusterView, process, scriptedApi } from './scripted-api.fixture.js';

let api: Awaited<ReturnType<typeof scriptedApi>>;
const script = async (answers: Parameters<typeof scriptedApi>[0] = {}): Promise<typeof api> => (api = await scriptedApi(answers));
afterEach(() => api.close());

describe('the command line', () => {
  test.each([
    [['eat'], 'there is no command eat'],
    [['shard', 'hand-over', '--to', 'x'], '<shard> is missing'],
    [['shard', 'hand-over', 'three', '--to', 'x'], 'three is no shard'],
    [['shard', 'hand-over', '3'], '--to is needed'],
    [['cluster', 'now'], 'too many arguments: now'],
    [['cluster', '--loud'], "Unknown option '--loud'"],
    [['cluster', '--to', 'x'], "Unknown option '--to'"],
    [['webhook', 'replay', 'wh_1'], 'expected --room and --after, or --since'],
    [['webhook', 'replay', 'wh_1', '--since', 'yesterday'], 'yesterday is no time'],
    [['webhook', 'replay', 'wh_1', '--room', 'r', '--after', '-1x'], 'after'],
    [['room', 'export', 'lobby'], '--out is needed'],
  ])('%j is not understood, and why and how it is used is said', async (args, why) => {
    const { run, asked } = await script();
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
    expect(err).toContain('--url <address>');
    expect(asked).toEqual([]);
  });

  test('says how it is used, in all and of one command', async () => {
    const { run } = await script();
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('shard hand-over <shard>') });
    expect(await run(['edge', 'drain', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('cluster:write') });
  });

  test('asks nothing without a key, and tells a wrong address from a server that is none and from one that says no', async () => {
    const no = { status: 401, json: { code: 'bad-api-key', detail: 'an API key is needed' } };
    const { run, asked } = await script({ 'GET /v1/cluster': [no, { status: 200, json: '<html>' }] });
    expect(await run(['cluster'], { apiKey: '' })).toMatchObject({ code: 2, err: expect.stringContaining('PLAZA_API_KEY is not set') });
    expect(asked).toEqual([]);
    expect(await run(['cluster'])).toEqual({ code: 1, out: '', err: 'plaza: 401 bad-api-key: an API key is needed\n' });
    expect(await run(['cluster'])).toMatchObject({ code: 1, err: expect.stringContaining('is not a server API of Plaza') });
    const nowhere = await run(['cluster', '--url', `http://127.0.0.1:${await freePort()}`]);
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('cannot be reached: ') });
    expect(await run(['cluster', '--url', 'here'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--url here is no http address'),
    });
  });

  test('what may come back later is asked again with the same key, as often as is said, and not for ever', async () => {
    const later = { status: 503, retryAfter: 2, json: { code: 'unavailable', detail: 'not now' } };
    const { run, asked, waits } = await script({
      'GET /v1/rooms/lobby': [{ room: 'lobby', name: '', roomMuted: false, accounts: 3 }],
      'PUT /v1/rooms/lobby/mute': [later, later, { result: 'done' }],
      'DELETE /v1/rooms/lobby/mute?notifyExt=': [later],
    });
    expect(await run(['room', 'pause', 'lobby', '--yes'])).toMatchObject({ code: 0, out: 'lobby is paused\n' });
    expect(waits).toEqual([2000, 2000]);
    const keys = asked.filter(({ line }) => line.startsWith('PUT')).map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
    expect(await run(['room', 'resume', 'lobby'])).toMatchObject({ code: 1, err: 'plaza: 503 unavailable: not now\n' });
  });
});

describe('before harm', () => {
  const answers = {
    'GET /v1/cluster': [clusterView()],
    'POST /v1/cluster/shards/1/hand-over': [{ result: 'done', from: 'room-state-1', to: 'room-state-2' }],
  };
  const handOver = ['shard', 'hand-over', '1', '--to', 'room-state-2'];

  test('is told what happens and asked; a no does nothing', async () => {
    const { run, lines } = await script(answers);
    const questions: string[] = [];
    const said = await run(handOver, { ask: async (question) => questions.push(question) === 0 });
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining('plaza: nothing was done') });
    expect(said.err).toContain('Shard 1 (3 events in the last 10 s) goes from room-state-1 to room-state-2 (serving, 0 shards)');
    expect(questions).toEqual(['Go on?']);
    expect(lines()).toEqual(['GET /v1/cluster']);
  });

  test('where nobody can be asked, nothing happens without --yes', async () => {
    const { run, lines } = await script(answers);
    expect(await run(handOver)).toMatchObject({ code: 1, err: expect.stringContaining('--yes agrees beforehand') });
    expect(lines()).toEqual(['GET /v1/cluster']);
    expect(await run([...handOver, '--yes', '--json'])).toMatchObject({
      code: 0,
      out: '{"shard":1,"result":"done","from":"room-state-1","to":"room-state-2"}\n',
    });
  });

  test.each([
    [['shard', 'hand-over', '2', '--to', 'room-state-2'], 'the shards are 0 to 1'],
    [['shard', 'hand-over', '1', '--to', 'edge-1'], 'there is no room-state process edge-1 that lives'],
    [['edge', 'drain', 'room-state-1'], 'there is no edge room-state-1 that lives'],
    [['edge', 'drain', 'edge-9'], 'there is no edge edge-9 that lives'],
  ])('%j: the target is looked for first', async (args, why) => {
    const { run, lines } = await script(answers);
    expect(await run([...args, '--yes'])).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect(lines()).toEqual(['GET /v1/cluster']);
  });
});

describe('the cluster', () => {
  test('is told as tables, and what is not as it should be in a line', async () => {
    const processes = [
      process('room-state-1', 'room-state', { silentMs: 9000 }),
      process('edge-1', 'edge', { draining: true, sockets: 5 }),
    ];
    const { run } = await script({ 'GET /v1/cluster': [clusterView({ processes })] });
    const { out } = await run(['cluster', '--shards']);
    expect(out).toMatch(/^room-state-1 +room-state +silent for 9 s/m);
    expect(out).toMatch(/^edge-1 +edge +draining +5 +at:edge-1$/m);
    expect(out).toMatch(/^0 +91 +11$/m);
    expect(out).toMatch(/^1 +0 +room-state-1 +7 +91 +3$/m);
    expect(out).toContain('2 shards, 2 held by nobody that lives: 0, 1; 5 sockets\n');
  });
});

describe('a drain', () => {
  const at = (sockets: number, draining = true) =>
    clusterView({ processes: [process('edge-1', 'edge', { sockets, draining }), process('edge-2', 'edge', { sockets: 1 })] });

  test('is watched until the edge is empty', async () => {
    const { run, lines } = await script({
      'GET /v1/cluster': [at(90, false), at(60), at(30), at(0)],
      'POST /v1/cluster/edges/edge-1/drain': [{ result: 'done', sockets: 90 }],
    });
    const { code, out, err } = await run(['edge', 'drain', 'edge-1', '--yes'], { showsProgress: true });
    expect({ code, out }).toEqual({ code: 0, out: 'edge-1 is empty\n' });
    expect(err).toContain('edge-1 drains [##########....................] 33 %  30 of 90');
    expect(lines()).toHaveLength(5);
  });

  test('that gets nowhere is left to itself, and said to be so', async () => {
    const { run } = await script({
      'GET /v1/cluster': [at(90)],
      'POST /v1/cluster/edges/edge-1/drain': [{ result: 'unchanged', sockets: 90 }],
    });
    expect(await run(['edge', 'drain', 'edge-1'])).toMatchObject({ code: 1, out: 'edge-1 drains, 90 sockets are left\n' });
  });

  test('of the last edge needs to be meant', async () => {
    const alone = clusterView({ processes: [process('edge-1', 'edge', { sockets: 2 })] });
    const { run } = await script({ 'GET /v1/cluster': [alone] });
    expect(await run(['edge', 'drain', 'edge-1', '--yes'])).toMatchObject({ code: 2, err: expect.stringContaining('--last') });
  });
});

describe('verifying the audit log', () => {
  const link = (number: number) => ({ number, hash: 'a'.repeat(64) });
  const chains = { 'GET /v1/audit/chains': [{ chains: [{ chain: 0, head: link(300), anchor: link(100) }] }] };
  const verify = '/v1/audit/chains/0/verify';

  test('goes on behind each piece, and ends with the head', async () => {
    const { run } = await script({
      ...chains,
      [`GET ${verify}`]: [{ ok: true, count: 150, to: link(250), more: true }],
      [`GET ${verify}?number=250&hash=${'a'.repeat(64)}`]: [{ ok: true, count: 50, to: link(300), more: false }],
    });
    expect(await run(['audit', 'verify'])).toEqual({ code: 0, out: `chain 0: OK, 200 entries, head 300 ${'a'.repeat(64)}\n`, err: '' });
  });

  test('ends with 1 at what is wrong', async () => {
    const { run } = await script({ ...chains, [`GET ${verify}`]: [{ ok: false, count: 3, number: 104, why: 'it is not there' }] });
    const { code, out } = await run(['audit', 'verify', '0', '--json']);
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { ok: false, chains: [{ chain: 0, ok: false, count: 3, number: 104, why: 'it is not there' }] },
    ]);
  });
});

describe('an export', () => {
  const room = { room: 'lobby', name: '', createdMs: 1_577_836_800_000, head: '4096000', roomMuted: false, accounts: 0, open: true };
  const pages = {
    'GET /v1/rooms/lobby': [room],
    'GET /v1/rooms/lobby/members?list=permanent&limit=100&pageToken=': [{ members: [{ account: 'host' }], next: '' }],
    'GET /v1/rooms/lobby/messages?after=0&limit=200': [{ events: [{ position: '5' }], upTo: '4096', more: true, next: '5' }],
  };
  const second = 'GET /v1/rooms/lobby/messages?after=5&limit=200';

  test('is whole, in order, and closed by its counts', async () => {
    const file = join(temporaryFolder(), 'lobby.ndjson');
    const { run } = await script({ ...pages, [second]: [{ events: [{ position: '6' }], upTo: '9', more: false, next: '0' }] });
    expect(await run(['room', 'export', 'lobby', '--out', file])).toMatchObject({
      code: 0,
      out: `${file}: 1 members, 2 messages, up to 9\n`,
    });
    expect(
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { room },
      { member: { account: 'host' } },
      { event: { position: '5' } },
      { event: { position: '6' } },
      { end: { members: 1, events: 2, upTo: '9' } },
    ]);
    expect(await run(['room', 'export', 'lobby', '--out', file])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is written over'),
    });
  });

  test('that breaks off leaves nothing behind, and what was there stays', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'lobby.ndjson');
    writeFileSync(file, 'before\n');
    const { run } = await script(pages);
    expect(await run(['room', 'export', 'lobby', '--out', file, '--yes'])).toMatchObject({ code: 1 });
    expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['lobby.ndjson'], 'before\n']);
  });
});

describe('a progress bar', () => {
  test('says how far it is, never beyond its ends', async () => {
    await script();
    expect(barOf('x', 0, 0)).toContain('100 %');
    expect(barOf('x', 5, 4)).toContain('[##############################] 100 %');
    expect(barOf('x', -1, 4)).toContain('[..............................] 0 %');
  });

  test('is written at most ten times a second, and wiped', async () => {
    await script();
    const [written, clock]: [string[], { ms: number }] = [[], { ms: 0 }];
    const bar = progressBar(
      'x',
      4,
      (text) => written.push(text),
      () => clock.ms,
    );
    for (const ms of [0, 10, 99, 100, 250]) {
      clock.ms = ms;
      bar.at(1);
    }
    bar.end();
    expect(written).toHaveLength(4);
    expect(written.at(-1)).toBe('\r\u001b[K');
  });
});
