import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ownerOf } from '@plaza/domain';
import { MemoryLog } from '@plaza/log/memory';
import { Record as LogRecord } from '@plaza/proto/log';
import { World } from './testing/compose.js';

const settings = { settleMs: 1500 };
let world: World;
beforeEach(() => {
  world = new World(16);
});
afterEach(() => world.stop());

/** Who claimed and who released each shard, in the order of its log. */
async function changes(): Promise<string[][]> {
  const log = new MemoryLog(world.logs);
  const shards = Array.from({ length: world.shards }, (_, shard) => log.read(shard, 1, 1000));
  return (await Promise.all(shards)).map((records) =>
    records.flatMap(({ bytes }) => {
      const { claim, release } = LogRecord.decode(bytes);
      return [...(claim ? [`claim ${claim.holder}`] : []), ...(release ? [`release ${release.holder}`] : [])];
    }),
  );
}
const owners = (...ids: string[]): string[] => Array.from({ length: world.shards }, (_, shard) => ownerOf(String(shard), ids)!);

describe('processes that start', () => {
  test.each([0, 400, 1400])('%i ms after each other claim each shard once, and each its share', async (laterMs) => {
    const first = world.node('a', settings);
    await world.clock.pass(laterMs);
    await Promise.all([first, world.node('b', settings)]);
    await world.clock.pass(3000);
    expect(await changes()).toEqual(owners('a', 'b').map((id) => [`claim ${id}`]));
  });

  test('beside one that serves get their share only once they take it: no shard is without a holder meanwhile', async () => {
    await world.node('a', settings);
    const second = world.node('b', settings);
    await world.clock.pass(1000);
    expect((await changes()).flat()).toEqual(owners('a').map((id) => `claim ${id}`));
    await second;
    await world.clock.pass(3000);
    expect(await changes()).toEqual(owners('a', 'b').map((id) => (id === 'a' ? ['claim a'] : ['claim a', 'release a', 'claim b'])));
  });

  test('while the projection is away are handed nothing that they could not serve; they get it when it is back', async () => {
    await world.node('a', settings);
    world.projections.available = false;
    await world.node('b', settings);
    await world.clock.pass(5000);
    expect((await changes()).flat()).toEqual(owners('a').map((id) => `claim ${id}`));
    world.projections.available = true;
    await world.clock.pass(5000);
    expect(await changes()).toEqual(owners('a', 'b').map((id) => (id === 'a' ? ['claim a'] : ['claim a', 'release a', 'claim b'])));
  });
});
