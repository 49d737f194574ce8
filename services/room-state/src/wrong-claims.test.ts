import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { shardOf, type RoomId } from '@plaza/domain';
import { verifyChain } from '@plaza/log';
import { MemoryLog } from '@plaza/log/memory';
import { Event } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';
import { eventually } from '@plaza/testkit';
import { World, type Node } from './testing/compose.js';
import { textOf } from './testing/ear.js';
import { factsOf, resultOf } from './testing/test-asker.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.stop());

async function logged(room: string): Promise<string[]> {
  const texts: string[] = [];
  let previous = 0;
  for (const record of await new MemoryLog(world.logs).read(shardOf(room as RoomId, world.shards), 1, 10_000)) {
    verifyChain(previous, record);
    previous = record.sequence;
    const batches = LogRecord.decode(record.bytes).batches.filter((batch) => batch.room === room);
    texts.push(...batches.flatMap(({ events }) => events.flatMap(({ event }) => textOf(Event.decode(event)))));
  }
  return texts;
}

/** Says it to everybody until somebody accepts it, as an edge that looks for the holder does. */
async function say(nodes: readonly Node[], room: string, text: string): Promise<number> {
  const session = Number(room.slice('room-'.length)) + 1;
  const facts = factsOf(session, room, 'ann', { enteredMs: 1 });
  return eventually(async () => {
    await world.clock.pass(100);
    for (const node of nodes) {
      const answer = await world.asker(node, 'edge').say(room, session, text, { commandId: `${room} ${text}`, facts });
      if (answer !== 'not-holder') return resultOf(answer, 'accepted').position;
    }
    throw new Error('nobody holds the room');
  });
}

test('two processes that claim everything at once, though its holder lives, cost a stall: nothing accepted is lost, doubled or out of order', async () => {
  const rooms = Array.from({ length: 8 }, (_, i) => `room-${i}`);
  const a = await world.node('a');
  for (const room of rooms) resultOf(await world.asker(a, 'edge').create(room), 'done');
  const positions = new Map(rooms.map((room) => [room, [] as number[]]));
  const everybodySays = async (nodes: readonly Node[], text: string): Promise<void> => {
    for (const room of rooms) positions.get(room)!.push(await say(nodes, room, text));
  };
  await everybodySays([a], 'before');

  const wrong = await Promise.all(['b', 'c'].map((id) => world.node(id, {}, { deaf: true })));
  const nodes = [a, ...wrong];
  await everybodySays(nodes, 'between');
  // What one accepted and another is asked again gets the first answer.
  for (const room of rooms) expect(await say(nodes, room, 'between')).toBe(positions.get(room)!.at(-1));

  for (const { peers } of wrong) peers.setConnected(true);
  await world.clock.pass(10_000);
  await everybodySays(nodes, 'after');
  for (const room of rooms) {
    expect(await logged(room)).toEqual(['before', 'between', 'after']);
    expect(positions.get(room)).toEqual([...positions.get(room)!].sort((x, y) => x - y));
  }
  await eventually(async () => {
    await world.clock.pass(1000);
    const held = await Promise.all(nodes.map((node) => node.gauge('plaza_room_state_shards')));
    expect(held.reduce((sum, shards) => sum + shards, 0)).toBe(world.shards);
  });
});
