import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { startScriptedApi, type ScriptedApi } from '../../test/scripted-api.js';

let plaza: ScriptedApi;
beforeEach(async () => {
  plaza = await startScriptedApi({ commandMs: 400 });
  beat({ kind: 'room-state', id: 'h2', address: 'local:1' });
  await eventually(async () => expect((await state()).processes.map(({ id }) => id)).toEqual(expect.arrayContaining(['e1', 'h1', 'h2'])));
});
afterEach(() => plaza.stop());

const beat: ScriptedApi['beat'] = (one) => plaza.beat({ atMs: Date.now() + 1, ...one });
interface State {
  readonly processes: readonly { readonly id: string }[];
  readonly shards: readonly object[];
  readonly readers: readonly object[];
}
const state = async (): Promise<State> => (await plaza.ask('GET', '/v1/cluster')).json as unknown as State;
const handOver = (shard: number | string, to: unknown = 'h2') => plaza.ask('POST', `/v1/cluster/shards/${shard}/hand-over`, { to });
const noted = () =>
  plaza.door.seen.flatMap(({ command }) => (command.$case === 'noteAct' ? [[command.value.act, JSON.parse(command.value.details)]] : []));

test('the state says who lives and holds what, where the log ends, how far its readers are, and sockets', async () => {
  const shards = [0, 1, 2, 3].map((shard) => ({ shard, epoch: 2, head: 100 + shard, recentEvents: shard }));
  plaza.beat({ kind: 'room-state', id: 'h1', address: 'local:1', atMs: Date.now() + 500, shards });
  beat({ kind: 'history', id: 'y1', reading: { streams: [{ stream: 1, through: 97 }] } });
  beat({ kind: 'edge', id: 'e2', address: 'ws://e2', draining: true, sockets: 7 });
  await eventually(async () => expect((await state()).processes).toHaveLength(6));
  expect((await state()).processes.filter(({ id }) => id.startsWith('api-'))).toMatchObject([{ kind: 'api' }]);
  const seen = await state();
  expect(seen.shards[3]).toEqual({ shard: 3, stream: 1, holder: 'h1', epoch: 2, head: 103, recentEvents: 3 });
  expect(seen.readers).toContainEqual({ kind: 'history', id: 'y1', stream: 1, through: 97, behind: 6 });
  expect(seen.processes).toContainEqual(expect.objectContaining({ id: 'h1', kind: 'room-state', shards: 4 }));
  expect(seen.processes).toContainEqual(
    expect.objectContaining({ id: 'e2', kind: 'edge', draining: true, sockets: 7, address: 'ws://e2' }),
  );
});

describe('a hand-over', () => {
  test('asks the process, is in the audit log before, and ends when beats say who holds the shard', async () => {
    const asked = handOver(2);
    await eventually(() => expect(plaza.door.taken).toEqual([2]));
    expect(noted()).toEqual([['shard-handed-over', { shard: '2', from: 'h1', to: 'h2' }]]);
    beat({ kind: 'room-state', id: 'h2', address: 'local:1', shards: [{ shard: 2, epoch: 5 }] });
    expect(await asked).toMatchObject({ status: 200, json: { result: 'done', from: 'h1', to: 'h2' } });
    expect((await handOver(2)).json).toEqual({ result: 'unchanged', from: 'h2', to: 'h2' });
    expect(noted()).toHaveLength(1);
  });

  test('that is not seen in time is under way', async () => {
    expect((await handOver(1)).json).toEqual({ result: 'under-way', from: 'h1', to: 'h2' });
  }, 15_000);

  test('is refused where it cannot be, and then asked of nobody', async () => {
    expect(await handOver(4)).toMatchObject({ status: 404, json: { code: 'not-found', detail: 'the shards are 0 to 3' } });
    expect(await handOver('x')).toMatchObject({ status: 400 });
    expect(await handOver(1, 'e1')).toMatchObject({ status: 404, json: { detail: 'there is no room-state process e1 that lives' } });
    beat({ kind: 'room-state', id: 'h3', address: 'local:1', draining: true });
    await eventually(async () => expect(await handOver(1, 'h3')).toMatchObject({ status: 409, json: { code: 'not-ready' } }));
    expect(await handOver(1, null)).toMatchObject({ status: 400 });
    plaza.door.answer = () => undefined;
    expect(await handOver(1)).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect(plaza.door.taken).toEqual([]);
  });

  test('asked of a process that cannot be reached is not known now', async () => {
    beat({ kind: 'room-state', id: 'h4', address: 'local:nobody' });
    await eventually(async () =>
      expect(await handOver(1, 'h4')).toMatchObject({ status: 503, json: { detail: 'h4 cannot be asked now' } }),
    );
  });
});

describe('the drain of an edge', () => {
  const drain = (edge: string, body?: object) => plaza.ask('POST', `/v1/cluster/edges/${edge}/drain`, body);
  const undrain = (edge: string) => plaza.ask('DELETE', `/v1/cluster/edges/${edge}/drain`);
  /** An edge that obeys. */
  const edge = (id: string): void => {
    const say = (draining: boolean): void => plaza.beat({ id, address: `ws://${id}`, atMs: Date.now(), draining, sockets: 3 });
    plaza.peers.onOrder((order) => order.id === id && say(order.drain));
    say(false);
  };

  test('is ordered, in the audit log before, and called off', async () => {
    edge('e2');
    await eventually(async () => expect(await drain('e2')).toMatchObject({ status: 200, json: { result: 'done', sockets: 3 } }));
    expect((await drain('e2')).json).toEqual({ result: 'unchanged', sockets: 3 });
    expect((await undrain('e2')).json).toEqual({ result: 'done', sockets: 3 });
    expect((await undrain('e2')).json).toEqual({ result: 'unchanged', sockets: 3 });
    const details = { edge: 'e2', sockets: '3' };
    expect(noted()).toEqual([
      ['edge-drained', details],
      ['edge-drain-ended', details],
    ]);
  });

  test('is refused of the last one, of one that there is not, and where it cannot be noted', async () => {
    expect(await drain('e1')).toMatchObject({ status: 409, json: { code: 'last-edge' } });
    expect(await drain('e9')).toMatchObject({ status: 404, json: { detail: 'there is no edge e9 that lives' } });
    plaza.door.answer = () => undefined;
    expect(await drain('e1', { last: true })).toMatchObject({ status: 503 });
  });

  test('of one that does not obey is not known now', async () => {
    expect(await drain('e1', { last: true })).toMatchObject({ status: 503, json: { detail: 'e1 did not say in time that it drains' } });
  });
});

test('what may only read may not act, and reading needs its scope', async () => {
  const made = (await plaza.ask('POST', '/v1/keys', { name: 'eyes', scopes: ['cluster:read'] })).json as { key: string };
  const headers = { authorization: `Bearer ${made.key}` };
  expect((await plaza.ask('GET', '/v1/cluster', undefined, headers)).status).toBe(200);
  expect((await plaza.ask('POST', '/v1/cluster/edges/e1/drain', undefined, headers)).json['code']).toBe('scope');
  expect((await plaza.ask('POST', '/v1/cluster/shards/1/hand-over', { to: 'h2' }, headers)).json['code']).toBe('scope');
  const other = (await plaza.ask('POST', '/v1/keys', { name: 'others', scopes: ['rooms:read'] })).json as { key: string };
  expect((await plaza.ask('GET', '/v1/cluster', undefined, { authorization: `Bearer ${other.key}` })).status).toBe(403);
});
