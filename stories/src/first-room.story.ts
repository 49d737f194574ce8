import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase, outcome, ProbeClient } from './probe-client.js';
import { Backend, freshRoom, type World } from './world.js';

/** A person joins a room, talks, is moderated, and finds the conversation again after everything was restarted. */
export function tellFirstRoom(makeWorld: () => Promise<World>): void {
  let world: World;
  let backend: Backend;
  beforeAll(async () => {
    world = await makeWorld();
    backend = new Backend(world);
  }, 180_000);
  afterAll(() => world.stop(), 60_000);

  const edge = (index: number): string => world.connectUrls[index % world.connectUrls.length] as string;
  const enter = async (room: string, account: string, at = 0): Promise<ProbeClient> => {
    const client = await ProbeClient.connect(edge(at), await backend.token(account));
    expectCase(await client.join(room), 'joined');
    return client;
  };

  describe('two people in one room', () => {
    test('see the same messages at the same positions, whatever edge they are on', async () => {
      const room = freshRoom('talk');
      await backend.createRoom(room);
      const [ada, bob] = [await enter(room, 'ada', 0), await enter(room, 'bob', 1)];
      const first = expectCase(await ada.say(room, 'hello'), 'accepted');
      const second = expectCase(await bob.say(room, 'good evening'), 'accepted');
      expect(second.position).toBeGreaterThan(first.position);
      expect(first.messageId).toBe(String(first.position));
      await eventually(() => {
        expect(ada.texts(room)).toEqual(['hello', 'good evening']);
        expect(bob.texts(room)).toEqual(['hello', 'good evening']);
      });
      const positions = (client: ProbeClient): number[] => client.events(room, 'message').map((event) => event.position);
      expect(positions(ada)).toEqual([first.position, second.position]);
      expect(positions(bob)).toEqual(positions(ada));
      expect([...ada.rooms.get(room)!.breaks, ...bob.rooms.get(room)!.breaks]).toEqual([]);
      await Promise.all([ada.close(), bob.close()]);
    });

    test('are told who enters and leaves, the count, and the list of members', async () => {
      const room = freshRoom('people');
      await backend.createRoom(room);
      const ada = await enter(room, 'ada', 0);
      const bob = await enter(room, 'bob', 1);
      await eventually(() => expect(ada.events(room, 'entered').map((event) => event.targets[0])).toContain('bob'));
      await eventually(() => expect(ada.signal(room)).toMatchObject({ accounts: 2, connections: 2 }));
      const page = expectCase(await ada.do(room, { listMembers: { limit: 10 } }), 'memberPage');
      expect(page.members.filter((member) => member.online).map((member) => member.account)).toEqual(['ada', 'bob']);
      expectCase(await bob.do(room, { leave: {} }), 'done');
      // Holders that started together may have taken each other's shards: then leaving is told once the counts have settled.
      await eventually(() => expect(ada.events(room, 'left').map((event) => event.targets[0])).toEqual(['bob']), { timeoutMs: 30_000 });
      expect(outcome(await bob.say(room, 'still here?'))).toBe('not-joined');
      await Promise.all([ada.close(), bob.close()]);
    }, 60_000);
  });

  describe('a repeat', () => {
    test('with the same command id has no second effect and gets the first answer', async () => {
      const room = freshRoom('repeat');
      await backend.createRoom(room);
      const ada = await enter(room, 'ada');
      const first = expectCase(await ada.say(room, 'once', 'my-1'), 'accepted');
      expect(expectCase(await ada.say(room, 'once', 'my-1'), 'accepted')).toEqual(first);
      expectCase(await ada.say(room, 'end'), 'accepted');
      await eventually(() => expect(ada.texts(room)).toEqual(['once', 'end']));
      await ada.close();
    });
  });

  describe('moderation', () => {
    test('holds from its reply on: mute, timed mute and kick over the socket and by the server API', async () => {
      const room = freshRoom('order');
      await backend.createRoom(room, 'mona');
      const mona = await enter(room, 'mona', 0);
      const troll = await enter(room, 'troll', 1);
      expectCase(await mona.do(room, { muteMember: { account: 'troll' } }), 'done');
      expect(outcome(await troll.say(room, 'spam'))).toBe('muted');
      expect(outcome(await mona.do(room, { muteMember: { account: 'troll' } }))).toBe('unchanged');
      expect((await backend.ask('DELETE', `/v1/rooms/${room}/members/troll/mute`)).status).toBe(200);
      expectCase(await troll.say(room, 'sorry'), 'accepted');
      expect((await backend.ask('PUT', `/v1/rooms/${room}/members/troll/timed-mute`, { seconds: 1 })).status).toBe(200);
      expect(outcome(await troll.say(room, 'again'))).toBe('timed-muted');
      await eventually(() => expect(mona.events(room, 'timedUnmuted')).toHaveLength(1));
      expectCase(await troll.say(room, 'back'), 'accepted');
      expect(outcome(await troll.do(room, { kickMember: { account: 'mona' } }))).toBe('not-allowed');
      expectCase(await mona.do(room, { kickMember: { account: 'troll', reason: 'enough' } }), 'done');
      await eventually(() =>
        expect(troll.frames.some((frame) => frame.body?.$case === 'removed' && frame.body.value.code === 'kicked')).toBe(true),
      );
      expect(outcome(await troll.say(room, 'me?'))).toBe('not-joined');
      expect((await backend.ask('POST', `/v1/rooms/${room}/members/troll/kick`, {})).status).toBe(404);
      expect(mona.rooms.get(room)!.breaks).toEqual([]);
      await Promise.all([mona.close(), troll.close()]);
    });

    test('closing removes everybody and refuses entry until the room is opened again', async () => {
      const room = freshRoom('shut');
      await backend.createRoom(room);
      const ada = await enter(room, 'ada');
      expect((await backend.ask('POST', `/v1/rooms/${room}/close`, { reason: 'night' })).status).toBe(200);
      await eventually(() => expect(ada.frames.some((frame) => frame.body?.$case === 'removed')).toBe(true));
      expect(outcome(await ada.join(room))).toBe('room-closed');
      expect((await backend.ask('POST', `/v1/rooms/${room}/open`, {})).status).toBe(200);
      expectCase(await ada.join(room), 'joined');
      await ada.close();
    });
  });

  describe('resume', () => {
    test('gives everything after the position, in order, then what comes live', async () => {
      const room = freshRoom('resume');
      await backend.createRoom(room);
      const ada = await enter(room, 'ada', 0);
      const bob = await enter(room, 'bob', 1);
      const start = expectCase(await ada.say(room, '0'), 'accepted').position;
      await eventually(() => expect(bob.texts(room)).toEqual(['0']));
      await bob.close();
      for (let i = 1; i <= 50; i++) expectCase(await ada.say(room, String(i)), 'accepted');
      const again = await ProbeClient.connect(edge(1), await backend.token('bob'));
      expect(expectCase(await again.join(room, start), 'joined').complete).toBe(true);
      expectCase(await ada.say(room, 'live'), 'accepted');
      await eventually(() => expect(again.texts(room)).toEqual([...Array.from({ length: 50 }, (_, i) => String(i + 1)), 'live']));
      expect(again.rooms.get(room)!.breaks).toEqual([]);
      await Promise.all([ada.close(), again.close()]);
    });
  });

  describe('the server API', () => {
    test('sends, reads the history, and names the rooms with the most messages of this hour', async () => {
      const room = freshRoom('api');
      await backend.createRoom(room);
      for (let i = 0; i < 5; i++)
        expect((await backend.ask('POST', `/v1/rooms/${room}/messages`, { as: 'news', text: `m${i}` })).status).toBeLessThan(300);
      await eventually(async () => {
        const page = await backend.ask('GET', `/v1/rooms/${room}/messages?limit=3`);
        expect((page.json['events'] as unknown[]).length).toBe(3);
        const top = await backend.ask('GET', '/v1/top-rooms?metric=messages&period=hour&limit=500');
        expect(top.json['rooms']).toEqual(expect.arrayContaining([expect.objectContaining({ room, messages: 5 })]));
      });
    });
  });

  describe('after a restart of everything', () => {
    test('the room, its roles and mutes, and the conversation are there', async () => {
      const room = freshRoom('again');
      await backend.createRoom(room, 'host', { name: 'Evening' });
      const ada = await enter(room, 'ada');
      const said = expectCase(await ada.say(room, 'remember me'), 'accepted');
      await backend.ask('PUT', `/v1/rooms/${room}/members/troll/mute`, {});
      await ada.close();
      await world.restart();
      backend = new Backend(world);
      await eventually(async () => expect((await backend.ask('GET', `/v1/rooms/${room}`)).json).toMatchObject({ name: 'Evening' }), {
        timeoutMs: 30_000,
      });
      const back = await enter(room, 'ada', 1);
      const page = expectCase(await back.do(room, { readHistory: { limit: 10 } }), 'historyPage');
      expect(page.events.map((event) => event.position)).toEqual([said.position]);
      const troll = await enter(room, 'troll');
      expect(outcome(await troll.say(room, 'hi'))).toBe('muted');
      expect(expectCase(await back.say(room, 'hello again'), 'accepted').position).toBeGreaterThan(said.position);
      await Promise.all([back.close(), troll.close()]);
    }, 120_000);
  });
}
