import { beforeEach, describe, expect, test } from '@jest/globals';
import { Beat } from '@plaza/proto/room';
import { ShardTable } from './shard-table.js';

const beat = (id: string, shards: Record<number, number>, more: Partial<Beat> = {}): Beat =>
  Beat.fromPartial({
    kind: 'room-state',
    id,
    address: `${id}:1`,
    atMs: 1000,
    shards: Object.entries(shards).map(([shard, epoch]) => ({ shard: Number(shard), epoch })),
    ...more,
  });

describe('ShardTable', () => {
  let table: ShardTable;
  let changes: number[];
  beforeEach(() => {
    table = new ShardTable();
    changes = [];
    table.onChange((shard) => changes.push(shard));
  });

  test('a beat names the holder of its shards', () => {
    table.apply(beat('a', { 1: 10, 2: 11 }), 0);
    expect(table.holderOf(1)).toEqual({ id: 'a', address: 'a:1', epoch: 10 });
    expect(table.holderOf(3)).toBeUndefined();
    expect(changes).toEqual([1, 2]);
    expect(table.shardsOf('a')).toEqual([1, 2]);
  });

  test('the same beat again changes nothing', () => {
    table.apply(beat('a', { 1: 10 }), 0);
    table.apply(beat('a', { 1: 10 }, { atMs: 2000 }), 1000);
    expect(changes).toEqual([1]);
  });

  test('the higher epoch wins, in whatever order the beats come', () => {
    table.apply(beat('b', { 1: 20 }), 0);
    table.apply(beat('a', { 1: 10 }), 0);
    expect(table.holderOf(1)?.id).toBe('b');
    table.apply(beat('a', { 1: 30 }, { atMs: 2000 }), 0);
    expect(table.holderOf(1)).toEqual({ id: 'a', address: 'a:1', epoch: 30 });
    expect(table.shardsOf('b')).toEqual([]);
  });

  test('a repeated claim of the same holder is a change of epoch', () => {
    table.apply(beat('a', { 1: 10 }), 0);
    table.apply(beat('a', { 1: 15 }, { atMs: 2000 }), 0);
    expect(table.holderOf(1)?.epoch).toBe(15);
    expect(changes).toEqual([1, 1]);
  });

  test('a shard that its holder no longer names has none, and an older holder does not get it back', () => {
    table.apply(beat('b', { 1: 20 }), 0);
    table.apply(beat('b', {}, { atMs: 2000 }), 0);
    expect(table.holderOf(1)).toBeUndefined();
    table.apply(beat('a', { 1: 10 }), 0);
    expect(table.holderOf(1)).toBeUndefined();
    expect(changes).toEqual([1, 1]);
  });

  test('who lost a shard to another releases nothing of the other', () => {
    table.apply(beat('a', { 1: 10 }), 0);
    table.apply(beat('b', { 1: 20 }), 0);
    table.apply(beat('a', {}, { atMs: 2000 }), 0);
    expect(table.holderOf(1)?.id).toBe('b');
  });

  test('a beat that was overtaken by a newer one of its sender is ignored', () => {
    table.apply(beat('a', { 1: 10 }, { atMs: 2000 }), 0);
    table.apply(beat('a', {}, { atMs: 1000 }), 0);
    expect(table.holderOf(1)?.id).toBe('a');
  });

  test('a sender whose clock was set back is heard', () => {
    table.apply(beat('a', { 1: 10 }, { atMs: 90_000 }), 0);
    table.apply(beat('a', {}, { atMs: 1000 }), 0);
    expect(table.holderOf(1)).toBeUndefined();
  });

  test('a holder that comes back under another address is a change', () => {
    table.apply(beat('a', { 1: 10 }), 0);
    table.apply(beat('a', { 1: 10 }, { address: 'a:2', atMs: 2000 }), 0);
    expect(table.holderOf(1)?.address).toBe('a:2');
    expect(changes).toEqual([1, 1]);
  });

  test('live processes of a kind, those that are silent left out', () => {
    table.apply(beat('e2', {}, { kind: 'edge', address: 'ws://two' }), 4000);
    table.apply(beat('e1', {}, { kind: 'edge', address: 'ws://one', draining: true }), 5000);
    table.apply(beat('e0', {}, { kind: 'edge', address: 'ws://gone' }), 1000);
    table.apply(beat('a', {}), 5000);
    const live = table.peersOf('edge', 6000, 3000);
    expect(live.map(({ id, address, draining }) => [id, address, draining])).toEqual([
      ['e1', 'ws://one', true],
      ['e2', 'ws://two', false],
    ]);
  });

  test('a process that beats as several kinds lives as each of them', () => {
    for (const kind of ['api', 'audit', 'webhooks']) table.apply(beat('api-1', {}, { kind, draining: kind === 'audit' }), 0);
    for (const kind of ['api', 'audit', 'webhooks'])
      expect(table.peersOf(kind, 0, 1000)).toMatchObject([{ id: 'api-1', kind, draining: kind === 'audit' }]);
  });

  test('a listener that was taken off hears nothing', () => {
    const off = table.onChange(() => changes.push(-1));
    off();
    table.apply(beat('a', { 1: 10 }), 0);
    expect(changes).toEqual([1]);
  });
});
