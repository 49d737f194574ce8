import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import { ScriptedEngines } from './backup/engines.fixture.js';
import { plaza, type Terminal } from './plaza.js';
import { shellOf } from './shell.js';

const key = (name: string) => ({ key: 'plaza:api-keys', field: name, value: JSON.stringify({ name }) });

let old: ScriptedEngines;
let fresh: ScriptedEngines;
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'backup');
  old = new ScriptedEngines();
  old.logs.set(0, 'abc').set(1, 'defgh');
  old.keys = [key('eyes'), { key: 'plaza:{webhooks}:endpoints', field: 'wh_1', value: '{}' }, { key: 'plaza:{webhooks}:used', value: '1' }];
  fresh = new ScriptedEngines();
});

async function run(engines: ScriptedEngines, args: readonly string[], terminal: Partial<Terminal> = {}) {
  let [out, err] = ['', ''];
  const code = await plaza(['backup', ...args], {
    ...{ apiKey: '', engines, shell: shellOf({ PATH: process.env['PATH'] }), showsProgress: false, ask: undefined },
    out: (text) => (out += text),
    err: (text) => (err += text),
    ...terminal,
  });
  expect(engines.opened).toBe(0);
  return { code, out, err };
}
const create = (...args: string[]) => run(old, ['create', '--to', folder, ...(args.length === 0 ? ['--without-cassandra'] : args)]);
const restore = (...args: string[]) => run(fresh, ['restore', '--from', folder, ...args]);

describe('create', () => {
  test('writes what is asked of the engines, for its owner only, and a manifest at the end', async () => {
    expect(await create()).toMatchObject({
      code: 0,
      out: expect.stringContaining('8 records of the log, 1 API keys, 1 webhooks, nothing of Cassandra'),
    });
    expect(readFileSync(join(folder, 'log-1.snapshot'), 'utf8')).toBe('defgh');
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'redis.ndjson')).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toMatchObject({ shards: 4, streams: 2, cassandra: false });
  });

  test('saves Cassandra by the script, after Redis and before the log, and not where the script fails or leaves nothing', async () => {
    old.meanwhile = () => expect(existsSync(join(folder, 'cassandra/n1/messages/x-Data.db'))).toBe(true);
    const script = 'mkdir -p $PLAZA_BACKUP_CASSANDRA/n1/messages && echo rows > $PLAZA_BACKUP_CASSANDRA/n1/messages/x-Data.db';
    expect((await create('--cassandra', script)).code).toBe(0);
    rmSync(folder, { recursive: true });
    expect(await create('--cassandra', 'exit 3')).toMatchObject({ code: 1, err: expect.stringContaining('exit 3: ended with 3') });
    rmSync(folder, { recursive: true });
    old.meanwhile = () => expect('the log').toBe('not saved');
    expect(await create('--cassandra', 'true')).toMatchObject({ code: 2, err: expect.stringContaining('left nothing') });
    expect(existsSync(join(folder, 'manifest.json'))).toBe(false);
  });

  test('a key or webhook that was taken back meanwhile does not come back with it, and one that was made meanwhile is not in it', async () => {
    old.meanwhile = () => (old.keys = [key('late'), ...old.keys.filter(({ field }) => field !== 'eyes')]);
    await create();
    const lines = readFileSync(join(folder, 'redis.ndjson'), 'utf8');
    expect([lines.includes('eyes'), lines.includes('late'), lines.includes('wh_1')]).toEqual([false, false, true]);
  });

  test.each([
    ['a folder that is not empty', () => mkdirSync(join(folder, 'mine'), { recursive: true }), ['--without-cassandra'], 'is not empty'],
    ['a file', () => writeFileSync(folder, ''), ['--without-cassandra'], 'cannot be used'],
    ['too few streams', () => old.logs.delete(1), ['--without-cassandra'], 'says 2 streams of the log, and of LOG-<k> there are: 0'],
    ['no word on Cassandra', () => undefined, ['--json'], 'expected --cassandra <command> or --without-cassandra'],
  ])('%s is refused', async (_what, given, args, why) => {
    given();
    expect(await create(...args)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  });
});

describe('verify', () => {
  const verify = () => run(fresh, ['verify', '--from', folder, '--json']);

  test('tells a backup that is as it was from one that is not', async () => {
    await create();
    expect(await verify()).toMatchObject({ code: 0 });
    appendFileSync(join(folder, 'log-0.snapshot'), 'x');
    writeFileSync(join(folder, 'log-1.snapshot'), 'defgx');
    rmSync(join(folder, 'redis.ndjson'));
    const { code, out } = await verify();
    expect([code, JSON.parse(out)]).toEqual([
      1,
      expect.objectContaining({
        ok: false,
        wrong: ['log-0.snapshot has 4 bytes instead of 3', 'log-1.snapshot has other bytes than were stored', 'redis.ndjson is missing'],
      }),
    ]);
    expect(await restore('--without-cassandra', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('not what it was') });
    expect(fresh.logs.size).toBe(0);
  });

  test('a folder without manifest, or with one of another format, is no backup', async () => {
    mkdirSync(folder);
    expect(await verify()).toMatchObject({ code: 2, err: expect.stringContaining('it is no backup, or one that was not finished') });
    writeFileSync(join(folder, 'manifest.json'), '{"format":2}');
    expect(await verify()).toMatchObject({ code: 2, err: expect.stringContaining('no format that this version knows') });
  });
});

describe('restore', () => {
  beforeEach(async () => {
    await create();
  });

  test('fills empty engines once it is agreed to, and tells which keys are valid again', async () => {
    expect(await restore('--without-cassandra')).toMatchObject({ code: 1, err: expect.stringContaining('--yes agrees beforehand') });
    expect(fresh.logs.size).toBe(0);
    expect(await restore('--without-cassandra', '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('valid again: eyes.') });
    expect([[...fresh.logs], fresh.keys]).toEqual([[...old.logs], old.keys]);
  });

  test.each([
    ['a log that is there', () => fresh.logs.set(1, 'x'), 'LOG-1 exist; nothing is written over'],
    ['a Redis that is in use', () => fresh.keys.push(key('x')), 'Redis is not empty'],
    ['a Cassandra that is there all the same', () => (fresh.places = { readers: [], snapshots: [] }), 'leave --without-cassandra away'],
  ])('%s is not written over', async (_what, given, why) => {
    given();
    const before = [new Map(fresh.logs), [...fresh.keys]];
    expect(await restore('--without-cassandra', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect([fresh.logs, fresh.keys]).toEqual(before);
  });

  test('a Cassandra that is not there, or is newer than the log, is refused', async () => {
    expect(await restore('--yes')).toMatchObject({ code: 2, err: expect.stringContaining('restore Cassandra first') });
    fresh.places = { readers: [{ reader: 'history', stream: 0, through: 4 }], snapshots: [] };
    expect(await restore('--yes')).toMatchObject({ code: 2, err: expect.stringContaining('Cassandra is newer than the log') });
    fresh.places = { readers: [{ reader: 'history', stream: 0, through: 3 }], snapshots: [] };
    expect(await restore('--yes')).toMatchObject({ code: 0 });
  });

  test('a Cassandra that has tables and nothing in them is refused where the backup has their rows', async () => {
    rmSync(folder, { recursive: true });
    await create('--cassandra', 'touch $PLAZA_BACKUP_CASSANDRA/rows');
    fresh.places = { readers: [], snapshots: [] };
    expect(await restore('--yes')).toMatchObject({ code: 2, err: expect.stringContaining('import the files of the backup first') });
  });

  test('where one stream is not taken, or has lost something, none is left', async () => {
    fresh.refuses = 1;
    expect(await restore('--without-cassandra', '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('the disk is full') });
    expect([fresh.logs.size, fresh.keys]).toEqual([0, []]);
    Object.assign(fresh, { refuses: -1, loses: 1 });
    expect(await restore('--without-cassandra', '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('has 2 records up to 2, and had 3'),
    });
    expect([fresh.logs.size, fresh.keys]).toEqual([0, []]);
  });
});

describe('tables', () => {
  const tables = () => run(fresh, ['tables', '--from', folder, '--yes']);
  const script = (text: string) =>
    `for n in n1 n2; do mkdir -p $PLAZA_BACKUP_CASSANDRA/$n/t && printf '${text}' > $PLAZA_BACKUP_CASSANDRA/$n/t/schema.cql; done`;

  test('makes each once, in a keyspace that has none', async () => {
    await create('--cassandra', script('CREATE TABLE IF NOT EXISTS plaza.t (a int);\\nALTER TABLE plaza.t ADD b int;\\n'));
    expect(await tables()).toMatchObject({ code: 0 });
    expect(fresh.made).toEqual(['CREATE TABLE IF NOT EXISTS plaza.t (a int)', 'ALTER TABLE plaza.t ADD b int']);
    fresh.places = { readers: [], snapshots: [] };
    expect(await tables()).toMatchObject({ code: 2, err: expect.stringContaining('has tables already') });
  });

  test('those of another keyspace, or none, are refused', async () => {
    await create('--cassandra', script('CREATE TABLE other.t (a int);'));
    expect(await tables()).toMatchObject({ code: 2, err: expect.stringContaining('PLAZA_CASSANDRA_KEYSPACE is plaza') });
    rmSync(folder, { recursive: true });
    await create();
    expect(await tables()).toMatchObject({ code: 2, err: expect.stringContaining('there is no schema.cql') });
  });
});
