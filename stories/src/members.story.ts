import { describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase, outcome } from './probe-client.js';
import { closeAll, seen, type Scene } from './scene.js';

/** Who is here, as what, on which devices; bots apart. */
export function tellMembers(scene: () => Scene): void {
  describe('members', () => {
    test('permanent ones are listed when they are away, guests while they are here; counts by tag and device', async () => {
      const room = await scene().room('lists');
      const host = await scene().enter(room, 'host');
      const gus = await scene().connect('gus', 1, { tags: ['blue'] }, 'p1/ios');
      expectCase(await gus.join(room), 'joined');
      expectCase(await host.do(room, { setRole: { account: 'never-here', role: 'ROLE_REGULAR' } }), 'done');
      expectCase(await host.do(room, { timedMuteMember: { account: 'never-here', seconds: 60 } }), 'done');
      const list = async (kind: string) =>
        expectCase(await host.do(room, { listMembers: { list: `MEMBER_LIST_${kind}` } }), 'memberPage').members.map(
          ({ account }) => account,
        );
      expect(await list('PERMANENT')).toEqual(['host', 'never-here']);
      expect(await list('ONLINE_PERMANENT')).toEqual(['host']);
      expect(await list('GUESTS')).toEqual(['gus']);
      expect(await list('TIMED_MUTED')).toEqual(['never-here']);
      const found = expectCase(await host.do(room, { getMembers: { accounts: ['gus', 'never-here', 'stranger'] } }), 'membersFound');
      expect(found.members).toMatchObject([
        { account: 'gus', online: true, tags: ['blue'] },
        { account: 'never-here', online: false, role: 3 },
      ]);
      expect(found.absent).toEqual(['stranger']);
      const counts = expectCase(await host.do(room, { countMembers: { tags: ['blue', 'red'] } }), 'memberCounts');
      expect(counts).toMatchObject({
        accounts: 2,
        connections: 2,
        tags: [
          { name: 'blue', accounts: 1 },
          { name: 'red', accounts: 0 },
        ],
      });
      expect(expectCase(await host.do(room, { listSessions: { tag: 'blue' } }), 'sessionPage').sessions).toMatchObject([
        { account: 'gus', device: { id: 'p1', kind: 'ios' } },
      ]);
      await closeAll([host, gus]);
    });

    test('change their own profile; managers change level and labels in the same command', async () => {
      const room = await scene().room('profile');
      const [host, ann] = await scene().people(room, 'host', 'ann');
      expectCase(await ann.do(room, { updateMember: { nickname: 'Ännchen' } }), 'done');
      expect(outcome(await ann.do(room, { updateMember: { nickname: 'Ännchen' } }))).toBe('unchanged');
      expect(outcome(await ann.do(room, { updateMember: { level: 3 } }))).toBe('not-allowed');
      expect(outcome(await ann.do(room, { updateMember: { nickname: 'x'.repeat(65) } }))).toBe('too-large');
      const labels = { labels: [{ name: 'dj', level: 2, saved: true }] };
      expectCase(await host.do(room, { updateMember: { account: 'ann', role: 'ROLE_REGULAR', level: 7, labels } }), 'done');
      expectCase(await ann.say(room, 'hi'), 'accepted');
      await eventually(() =>
        expect(seen(host, room, 'message')).toMatchObject([{ nickname: 'Ännchen', role: 3, labels: [{ name: 'dj', level: 2 }] }]),
      );
      expect(seen(host, room, 'memberUpdated')).toMatchObject([
        { changes: { nickname: 'Ännchen' } },
        { changes: { level: 7 }, previous: { level: 0 } },
      ]);
      await closeAll([host, ann]);
    });

    test('one device in all: the newest wins and the other is told, or the newest is refused', async () => {
      const room = await scene().room('devices');
      const host = await scene().enter(room, 'host');
      const set = (settings: Record<string, unknown>) => host.do(room, { changeSettings: { settings } });
      const on = (device: string, at = 0) => scene().connect('ann', at, {}, device);
      const [phone, laptop] = [await on('p/ios'), await on('l/web', 1)];
      for (const client of [phone, laptop]) expectCase(await client.join(room), 'joined');
      await eventually(() => expect(host.signal(room)).toMatchObject({ accounts: 2, connections: 3 }));
      expect(host.events(room, 'entered').filter(({ targets }) => targets[0] === 'ann')).toHaveLength(1);
      expectCase(await set({ devicePolicy: 'DEVICE_POLICY_ONE' }), 'done');
      const tablet = await on('t/ios');
      expectCase(await tablet.join(room), 'joined');
      await eventually(() =>
        expect([phone, laptop].map((client) => client.aside('removed')[0]?.code)).toEqual(['other-device', 'other-device']),
      );
      expectCase(await set({ deviceConflict: 'DEVICE_CONFLICT_NEWEST_REFUSED' }), 'done');
      expect(outcome(await phone.join(room))).toBe('too-many-devices');
      await closeAll([host, phone, laptop, tablet]);
    });

    test('bots are listed with a mark, counted apart, and cleared with their number', async () => {
      const room = await scene().room('bots');
      const [host, gus] = await scene().people(room, 'host', 'gus');
      const bots = ['b1', 'b2'].map((account) => ({ account, nickname: `Bot ${account}` }));
      expect(outcome(await gus.do(room, { addBots: { bots } }))).toBe('not-allowed');
      const added = expectCase(
        await host.do(room, { addBots: { bots: [...bots, { account: 'bad name' }], announce: true } }),
        'botResults',
      );
      expect(added).toMatchObject({ succeeded: ['b1', 'b2'], failed: [{ account: 'bad name', code: 'bad-request' }] });
      const page = expectCase(await gus.do(room, { listMembers: { list: 'MEMBER_LIST_BOTS' } }), 'memberPage');
      expect(page.members).toMatchObject([
        { account: 'b1', bot: true, nickname: 'Bot b1', secondsLeft: expect.any(Number) },
        { account: 'b2' },
      ]);
      expect(expectCase(await gus.do(room, { countMembers: {} }), 'memberCounts')).toMatchObject({ accounts: 2, bots: 2 });
      await eventually(() => expect(seen(gus, room, 'botsChanged')).toHaveLength(1));
      expect(expectCase(await host.do(room, { clearBots: {} }), 'botResults').count).toBe(2);
      await closeAll([host, gus]);
    });

    test('attributes belong to their writers, and are compared before they are set', async () => {
      const room = await scene().room('attributes');
      const [host, ann, bob] = await scene().people(room, 'host', 'ann', 'bob');
      const set = (client: typeof ann, key: string, value: string, more: Record<string, unknown> = {}) =>
        client.do(room, { setAttributes: { attributes: [{ key, value, ...more }] } });
      const first = expectCase(await set(ann, 'topic', 'cats', { ifRevision: '0' }), 'done');
      expect(outcome(await set(bob, 'topic', 'dogs'))).toBe('not-allowed');
      expect(outcome(await set(ann, 'topic', 'dogs', { ifRevision: '0' }))).toBe('revision-conflict');
      expectCase(await set(host, 'topic', 'birds', { ifRevision: String(first.position) }), 'done');
      expect(expectCase(await bob.do(room, { listAttributes: {} }), 'attributePage').attributes).toMatchObject([
        { key: 'topic', value: 'birds', owner: 'ann' },
      ]);
      await closeAll([host, ann, bob]);
    });
  });
}
