import { describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase, outcome } from './probe-client.js';
import { breaksOf, closeAll, seen, type Scene } from './scene.js';

/** Who may do what to whom, over the socket and by the server API. */
export function tellModeration(scene: () => Scene): void {
  describe('moderation', () => {
    test('two administrators fight: neither reaches the other, the creator reaches both', async () => {
      const room = await scene().room('fight');
      const [host, ann, bob] = await scene().people(room, 'host', 'ann', 'bob');
      for (const account of ['ann', 'bob'])
        expect(outcome(await host.do(room, { setRole: { account, role: 'ROLE_ADMINISTRATOR' } }))).toBe('done');
      const acts = [
        { muteMember: {} },
        { timedMuteMember: { seconds: 5 } },
        { blockMember: {} },
        { kickMember: {} },
        { setRole: { role: 'ROLE_GUEST' } },
      ];
      for (const act of acts) {
        const [name, value] = Object.entries(act)[0]!;
        expect(outcome(await ann.do(room, { [name]: { ...value, account: 'bob' } }))).toBe('not-allowed');
        expect(outcome(await bob.do(room, { [name]: { ...value, account: 'ann' } }))).toBe('not-allowed');
        expect(outcome(await ann.do(room, { [name]: { ...value, account: 'host' } }))).toBe('not-allowed');
      }
      expect(outcome(await host.do(room, { blockMember: { account: 'bob', reason: 'enough' } }))).toBe('done');
      await eventually(() => expect(bob.aside('removed')).toMatchObject([{ room, code: 'blocked' }]));
      expect(outcome(await bob.join(room))).toBe('blocked');
      expect(outcome(await host.do(room, { unblockMember: { account: 'bob' } }))).toBe('done');
      expect(expectCase(await bob.join(room), 'joined').self).toMatchObject({ role: 2 });
      expect(breaksOf([host, ann])).toEqual([]);
      await closeAll([host, ann, bob]);
    });

    test('a timed mute ends by itself, and lifting one early tells how long was left', async () => {
      const room = await scene().room('timed');
      const [host, troll] = await scene().people(room, 'host', 'troll');
      expectCase(await host.do(room, { timedMuteMember: { account: 'troll', seconds: 1, notice: { ext: 'calm' } } }), 'done');
      expect((await troll.say(room, 'x')).result).toMatchObject({
        $case: 'refused',
        value: { code: 'timed-muted', retryAfterMs: expect.any(Number) },
      });
      await eventually(() => expect(seen(troll, room, 'timedUnmuted')).toEqual([{ secondsLeft: 0 }]));
      expect(outcome(await troll.say(room, 'y'))).toBe('accepted');
      expectCase(await host.do(room, { timedMuteMember: { account: 'troll', seconds: 600 } }), 'done');
      const lifted = expectCase(await host.do(room, { timedUnmuteMember: { account: 'troll' } }), 'done');
      expect(lifted.secondsLeft).toBeGreaterThan(590);
      expect(troll.events(room, 'timedMuted')[0]).toMatchObject({ operator: 'host', targets: ['troll'], notifyExt: 'calm' });
      await closeAll([host, troll]);
    });

    test('room mute and tag mute bind guests, not managers; the tag mute ends by itself', async () => {
      const room = await scene().room('quiet');
      const host = await scene().enter(room, 'host');
      const vip = await scene().enter(room, 'vip', 1, { tags: ['vip'] });
      const gus = await scene().enter(room, 'gus', 1);
      expectCase(await host.do(room, { muteRoom: {} }), 'done');
      expect(outcome(await host.do(room, { muteRoom: {} }))).toBe('unchanged');
      expect(outcome(await gus.say(room, 'x'))).toBe('room-muted');
      expect(outcome(await host.say(room, 'order!'))).toBe('accepted');
      const late = await scene().enter(room, 'late');
      expect(expectCase(await late.join(room), 'joined').room).toMatchObject({ roomMuted: true });
      expectCase(await host.do(room, { unmuteRoom: {} }), 'done');
      expectCase(await host.do(room, { muteTag: { tag: 'vip', seconds: 1 } }), 'done');
      expect(outcome(await vip.say(room, 'x'))).toBe('tag-muted');
      expect(outcome(await gus.say(room, 'free'))).toBe('accepted');
      await eventually(() => expect(seen(vip, room, 'tagUnmuted')).toEqual([{ tag: 'vip', secondsLeft: 0 }]));
      expect(outcome(await vip.say(room, 'free again'))).toBe('accepted');
      await closeAll([host, vip, gus, late]);
    });

    test('who was kicked with a time is refused until it is over; an absent account cannot be kicked', async () => {
      const room = await scene().room('kick');
      const [host, troll] = await scene().people(room, 'host', 'troll');
      expectCase(await host.do(room, { kickMember: { account: 'troll', reason: 'out', refuseSeconds: 1 } }), 'done');
      await eventually(() => expect(troll.aside('removed')).toMatchObject([{ code: 'kicked', why: 'out' }]));
      expect((await troll.join(room)).result).toMatchObject({ value: { code: 'entry-refused', retryAfterMs: expect.any(Number) } });
      expect(outcome(await host.do(room, { kickMember: { account: 'troll' } }))).toBe('not-found');
      await eventually(async () => expect(outcome(await troll.join(room))).toBe('joined'));
      await closeAll([host, troll]);
    });

    test('a message is taken back by its author or a manager, and is gone from the history', async () => {
      const room = await scene().room('recall');
      const [host, ann, bob] = await scene().people(room, 'host', 'ann', 'bob');
      const first = expectCase(await ann.say(room, 'oops', 'mine-1'), 'accepted');
      expectCase(await bob.say(room, 'bad'), 'accepted');
      expectCase(await bob.say(room, 'worse'), 'accepted');
      expect(outcome(await bob.do(room, { recallMessage: { messageId: first.messageId } }))).toBe('not-allowed');
      expectCase(await ann.do(room, { recallMessage: { account: 'ann', sentCommandId: 'mine-1' } }), 'done');
      expectCase(await host.do(room, { recallMessages: { account: 'bob', sinceMs: String(Date.now() - 60_000) } }), 'done');
      await eventually(() =>
        expect(seen(bob, room, 'messageRecalled')).toMatchObject([
          { recalled: first.position, account: 'ann' },
          { recalled: 0, account: 'bob' },
        ]),
      );
      expectCase(await ann.say(room, 'better'), 'accepted');
      await eventually(async () => {
        const page = expectCase(await ann.do(room, { readHistory: { types: ['text'] } }), 'historyPage');
        expect(page.events.map(({ kind }) => kind?.$case === 'message' && kind.value.body?.content?.value)).toEqual([{ text: 'better' }]);
      });
      await closeAll([host, ann, bob]);
    });

    test('an account that is erased leaves every room and its history, and who is there is told', async () => {
      const [one, two] = [await scene().room('one'), await scene().room('two')];
      const name = `gone-${Date.now()}`;
      const gone = await scene().enter(one, name);
      const host = await scene().enter(one, 'host', 1);
      expectCase(await gone.join(two), 'joined');
      for (const room of [one, two]) for (const text of ['x', 'y']) expectCase(await gone.say(room, text), 'accepted');
      expectCase(await host.say(one, 'stays'), 'accepted');
      expectCase(await host.do(one, { initQueue: {} }), 'queueResults');
      expectCase(await gone.do(one, { offerQueue: { elements: [{ key: 'seat', value: 'mine' }] } }), 'queueResults');
      expectCase(await host.do(one, { setRole: { account: name, role: 'ROLE_REGULAR' } }), 'done');
      // Unavailable while the history's readers are behind; then it is of everything that was accepted before.
      const erase = () =>
        eventually(async () => {
          const { status, json } = await scene().backend.ask('POST', `/v1/accounts/${name}/erase`, {});
          expect(status).toBe(200);
          return json;
        });
      expect(await erase()).toMatchObject({ rooms: 2, messages: 4, elements: 1, profiles: 1, failed: [] });
      await eventually(() => expect(seen(host, one, 'messageRecalled')[0]).toMatchObject({ recalled: 0, account: name }));
      await eventually(() => expect(seen(host, one, 'queueChanged').at(-1)).toMatchObject({ elements: [{ key: 'seat' }] }));
      await eventually(async () => {
        const page = expectCase(await host.do(one, { readHistory: { types: ['text'] } }), 'historyPage');
        expect(page.events.map(({ kind }) => kind?.$case === 'message' && kind.value.account)).toEqual(['host']);
      });
      expect(await erase()).toMatchObject({ rooms: 0, messages: 0, failed: [] });
      await closeAll([gone, host]);
    });

    test('an account that is muted or disabled in all rooms is so in every room, and its sessions end', async () => {
      const [one, two] = [await scene().room('one'), await scene().room('two')];
      const name = `bad-${Date.now()}`;
      const bad = await scene().enter(one, name, 1);
      const restrict = (body: Record<string, unknown>) => scene().backend.ask('PUT', `/v1/accounts/${name}/restrictions`, body);
      expect((await restrict({ muted: true })).status).toBe(200);
      await eventually(async () => expect(outcome(await bad.say(one, 'x'))).toBe('muted-everywhere'));
      expectCase(await bad.join(two), 'joined');
      expect(outcome(await bad.say(two, 'x'))).toBe('muted-everywhere');
      expect((await restrict({ muted: false })).status).toBe(200);
      await eventually(async () => expect(outcome(await bad.say(two, 'sorry'))).toBe('accepted'));
      expect((await restrict({ disabled: true, reason: 'fraud' })).status).toBe(200);
      await eventually(() => expect(bad.closed?.code).toBe(4405));
      await scene().backend.ask('PUT', `/v1/accounts/${name}/restrictions`, { disabled: false });
    });
  });
}
