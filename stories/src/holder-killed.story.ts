import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase, ProbeClient } from './probe-client.js';
import { Backend, freshRoom, type World } from './world.js';

export interface HolderKilledScale {
  /** Sessions that are in the room when its holder is killed. */
  readonly sessions: number;
  readonly kills: number;
}

/** A holder is killed under traffic: nothing accepted is lost or doubled, clients notice at most a pause, and nobody is reported as left who had not. */
export function tellHolderKilled(makeWorld: () => Promise<World>, scale: HolderKilledScale): void {
  let world: World;
  let backend: Backend;
  beforeAll(async () => {
    world = await makeWorld();
    backend = new Backend(world);
  }, 180_000);
  afterAll(() => world.stop(), 60_000);

  const edge = (index: number): string => world.connectUrls[index % world.connectUrls.length] as string;

  async function crowd(room: string, size: number): Promise<ProbeClient[]> {
    const clients: ProbeClient[] = [];
    for (let from = 0; from < size; from += 50) {
      const some = Array.from({ length: Math.min(50, size - from) }, async (_, i) => {
        const client = await ProbeClient.connect(edge(from + i), await backend.token(`viewer-${from + i}`));
        expectCase(await client.join(room), 'joined');
        return client;
      });
      clients.push(...(await Promise.all(some)));
    }
    return clients;
  }

  /** Sends one message after the other until told to stop; a message without a decided answer is asked again with its id. */
  function talk(client: ProbeClient, room: string, name: string, accepted: Map<string, number>): () => Promise<void> {
    let on = true;
    const running = (async () => {
      for (let i = 0; on; i++) {
        const text = `${name}-${i}`;
        const reply = await client.say(room, text, text);
        if (reply.result?.$case === 'accepted') accepted.set(text, reply.result.value.position);
        else if (reply.result?.$case === 'unavailable') i--;
        else throw new Error(`unexpected ${JSON.stringify(reply.result)}`);
      }
    })();
    return () => {
      on = false;
      return running;
    };
  }

  describe('a holder killed under traffic', () => {
    test(`${scale.kills} times: every accepted message is seen once, in order, at the position told`, async () => {
      const room = freshRoom('killed');
      await backend.createRoom(room, 'host', { notices: 'off' });
      const [ada, bob, eve] = await crowd(room, 3);
      const accepted = new Map<string, number>();
      const stops = [talk(ada!, room, 'ada', accepted), talk(bob!, room, 'bob', accepted)];
      for (let kill = 0; kill < scale.kills; kill++) {
        const before = accepted.size;
        await eventually(() => expect(accepted.size).toBeGreaterThan(before + 20), { timeoutMs: 30_000 });
        await world.killHolderOf(room);
        const after = accepted.size;
        await eventually(() => expect(accepted.size).toBeGreaterThan(after + 5), { timeoutMs: 30_000 });
        await world.reviveHolders();
      }
      await Promise.all(stops.map((stop) => stop()));
      const order = [...accepted].sort((a, b) => a[1] - b[1]).map(([text]) => text);
      for (const client of [ada!, bob!, eve!]) {
        await eventually(() => expect(client.texts(room).length).toBeGreaterThanOrEqual(order.length), { timeoutMs: 30_000 });
        expect(client.texts(room)).toEqual(order);
        expect(client.rooms.get(room)!.breaks).toEqual([]);
        expect(client.closed).toBeUndefined();
      }
      await Promise.all([ada!, bob!, eve!].map((client) => client.close()));
    }, 240_000);
  });

  describe(`a holder killed under ${scale.sessions} joined sessions`, () => {
    test('the count is exact again within 20 s and nobody is reported as left who had not', async () => {
      const room = freshRoom('crowd');
      await backend.createRoom(room, 'host', { notices: 'on' });
      const clients = await crowd(room, scale.sessions);
      const witness = clients[0]!;
      await eventually(() => expect(witness.signal(room)?.accounts).toBe(scale.sessions), { timeoutMs: 30_000 });
      await world.killHolderOf(room);
      await eventually(
        async () => {
          const { json } = await backend.ask('GET', `/v1/rooms/${room}`);
          expect(json).toMatchObject({ accounts: scale.sessions, connections: scale.sessions, settling: false });
        },
        { timeoutMs: 25_000 },
      );
      expect(witness.events(room, 'left')).toEqual([]);
      const late = clients.pop()!;
      await late.close();
      await eventually(
        () => expect(witness.events(room, 'left').map((event) => event.targets[0])).toEqual([`viewer-${scale.sessions - 1}`]),
        { timeoutMs: 30_000 },
      );
      await world.reviveHolders();
      await Promise.all(clients.map((client) => client.close()));
    }, 240_000);
  });
}
