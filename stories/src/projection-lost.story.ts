import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { Backend, freshRoom, type World } from './world.js';

/** The projection loses everything while most rooms are cold, then a holder dies: every room comes back from snapshot and log. */
export function tellProjectionLost(makeWorld: () => Promise<World>): void {
  let world: World;
  let backend: Backend;
  beforeAll(async () => {
    world = await makeWorld();
    backend = new Backend(world);
  }, 180_000);
  afterAll(() => world.stop(), 60_000);

  describe('the projection emptied, then a holder killed', () => {
    test('all rooms come back with what they had, and none is called not-found meanwhile', async () => {
      const rooms = Array.from({ length: 60 }, () => freshRoom('cold'));
      await Promise.all(rooms.map((room, i) => backend.createRoom(room, 'host', { name: `room ${i}` })));
      await Promise.all(rooms.map((room) => backend.ask('PUT', `/v1/rooms/${room}/members/troll/mute`, {})));
      await world.restart();
      backend = new Backend(world);
      await world.loseProjection();
      await world.killHolderOf(rooms[0]!);
      const said = new Set<number>();
      await Promise.all(
        rooms.map((room, i) =>
          eventually(
            async () => {
              const answer = await backend.ask('GET', `/v1/rooms/${room}`);
              said.add(answer.status);
              expect(answer.json).toMatchObject({ room, name: `room ${i}` });
            },
            { timeoutMs: 60_000 },
          ),
        ),
      );
      expect(said).not.toContain(404);
      const sent = await Promise.all(rooms.map((room) => backend.ask('POST', `/v1/rooms/${room}/messages`, { as: 'troll', text: 'hi' })));
      expect(new Set(sent.map((answer) => answer.json['code']))).toEqual(new Set(['muted']));
      await world.reviveHolders();
    }, 240_000);
  });
}
