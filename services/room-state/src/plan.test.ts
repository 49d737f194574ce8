import { describe, expect, test } from '@jest/globals';
import { ownerOf } from '@plaza/domain';
import { claims, plan, stillClaims, type Scene } from './plan.js';

const shards = 64;
const all = Array.from({ length: shards }, (_, shard) => shard);
const owned = (id: string, candidates: string[]): number[] => all.filter((shard) => ownerOf(String(shard), candidates) === id);
const scene = (change: Partial<Scene>): Scene => ({
  me: 'a',
  shards,
  candidates: ['a'],
  starting: new Set(),
  alive: new Set(),
  holderOf: () => undefined,
  wisherOf: () => undefined,
  held: new Set(),
  ...change,
});
const two = { candidates: ['a', 'b'], alive: new Set(['b']) };

describe('a plan', () => {
  test.each<[string, Partial<Scene>, number[]]>([
    ['alone: everything', {}, all],
    ['of two: its share', two, owned('a', ['a', 'b'])],
    ['of two, while the other still starts: its share', { ...two, starting: new Set(['b']) }, owned('a', ['a', 'b'])],
    ['nothing from a holder that lives', { ...two, holderOf: () => 'b' }, []],
    ['from a holder that is not heard any more', { holderOf: () => 'dead' }, all],
    ['what it is said to hold itself, but does not', { holderOf: () => 'a' }, all],
    ['nothing while it drains', { candidates: ['b'], alive: new Set(['b']) }, []],
    ['nothing from one that drains, until that released', { alive: new Set(['b']), holderOf: () => 'b' }, []],
  ])('claims %s', (_name, change, claim) => {
    expect(plan(scene(change)).claim).toEqual(claim);
  });

  test.each<[string, Partial<Scene>, number[]]>([
    ['nothing that is free', two, []],
    ['its share of what a holder has that lives', { ...two, holderOf: () => 'b' }, owned('a', ['a', 'b'])],
    ['all of what one has that drains', { alive: new Set(['b']), holderOf: () => 'b' }, all],
    ['nothing that it holds', { ...two, holderOf: () => 'b', held: new Set(all) }, []],
    ['nothing while it drains', { candidates: ['b'], alive: new Set(['b']), holderOf: () => 'b' }, []],
  ])('expects to come %s', (_name, change, coming) => {
    expect(plan(scene(change)).coming).toEqual(coming);
  });

  test('that waits for its turn is not dropped because another process starts, only because another holds or should have the shard', () => {
    const [shard] = owned('b', ['a', 'b']) as [number];
    const starts = scene({ ...two, starting: new Set(['b']) });
    expect([claims(scene({}), shard), claims(starts, shard)]).toEqual([true, false]);
    expect(stillClaims(starts, shard)).toBe(true);
    expect(stillClaims(scene(two), shard)).toBe(false);
    expect(stillClaims(scene({ ...two, starting: new Set(['b']), holderOf: () => 'b' }), shard)).toBe(false);
    expect(stillClaims(scene({ ...two, candidates: ['b'] }), shard)).toBe(false);
  });

  test('releases what another should have and can take, and nothing to nobody', () => {
    const held = new Set(all);
    expect(plan(scene({ ...two, held })).release).toEqual(owned('b', ['a', 'b']));
    expect(plan(scene({ ...two, held, starting: new Set(['b']) })).release).toEqual([]);
    expect(plan(scene({ held, candidates: [] })).release).toEqual([]);
    expect(plan(scene({ held })).release).toEqual([]);
  });

  test('gives a shard to whoever was asked to take it, while that one takes shards', () => {
    const wisherOf = (shard: number, among: readonly string[]): string | undefined =>
      shard === 5 && among.includes('b') ? 'b' : undefined;
    const held = new Set(all);
    const others = owned('b', ['a', 'b']).filter((shard) => shard !== 5);
    expect(plan(scene({ ...two, held, wisherOf })).release).toEqual([...others, 5].sort((x, y) => x - y));
    expect(plan(scene({ ...two, held, wisherOf, starting: new Set(['b']) })).release).toEqual([]);
    expect(plan(scene({ ...two, wisherOf, holderOf: () => 'a' })).claim).not.toContain(5);
    expect(plan(scene({ me: 'b', candidates: ['a', 'b'], alive: new Set(['a']), wisherOf })).claim).toContain(5);
    expect(plan(scene({ held, wisherOf })).release).toEqual([]);
  });

  test('looks into the log where another living process says that it holds the same', () => {
    const mine = owned('a', ['a', 'b']);
    const held = new Set(mine);
    expect(plan(scene({ ...two, held, holderOf: () => 'b' })).verify).toEqual(mine);
    expect(plan(scene({ ...two, held, holderOf: () => 'a' })).verify).toEqual([]);
  });

  test('of all processes together gives each shard to one', () => {
    const ids = ['a', 'b', 'c'];
    const claims = ids.flatMap((me) => plan(scene({ me, candidates: ids, alive: new Set(ids.filter((id) => id !== me)) })).claim);
    expect(claims.sort((x, y) => x - y)).toEqual(all);
  });
});
