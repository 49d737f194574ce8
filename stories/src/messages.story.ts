import { describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase, outcome } from './probe-client.js';
import { breaksOf, closeAll, seen, type Scene } from './scene.js';

/** What can be said to whom, and what its sender is told. */
export function tellMessages(scene: () => Scene): void {
  describe('messages', () => {
    test('of every type go through with what belongs to them', async () => {
      const room = await scene().room('types');
      const [ann, bob] = await scene().people(room, 'ann', 'bob');
      const media = {
        url: 'https://cdn.example/x',
        sizeBytes: '12',
        durationMs: 3000,
        width: 4,
        height: 5,
        name: 'x',
        mimeType: 'video/mp4',
      };
      const bodies = [
        { text: { text: 'hi' } },
        { custom: { subType: 'gift.v1', content: '{}' } },
        { image: media },
        { voice: media },
        { video: media },
        { file: media },
        { location: { latitude: 48.2, longitude: 16.4, title: 'Vienna' } },
        { notification: { title: 'Start', text: 'soon' } },
        { tip: { gift: 'rose', count: 3, amount: '300', currency: 'EUR' } },
      ];
      for (const body of bodies) expectCase(await ann.do(room, { sendMessage: { body } }), 'accepted');
      expect(outcome(await ann.do(room, { sendMessage: { body: { image: { url: 'javascript:alert(1)' } } } }))).toBe('bad-request');
      await eventually(() =>
        expect(seen(bob, room, 'message').map(({ body }) => body?.content?.$case)).toEqual(bodies.map((body) => Object.keys(body)[0])),
      );
      await closeAll([ann, bob]);
    });

    test('for an audience are seen by those whose tags match, and nobody sees a gap', async () => {
      const room = await scene().room('audience');
      const ann = await scene().enter(room, 'ann', 0, { tags: ['blue', 'vip'] });
      const bob = await scene().enter(room, 'bob', 1, { tags: ['blue'] });
      const cal = await scene().enter(room, 'cal', 0);
      const say = (text: string, audience = '') => ann.say(room, text, '', { audience });
      for (const [text, audience] of [
        ['1', ''],
        ['2', 'blue and vip'],
        ['3', 'blue'],
        ['4', 'vip or red'],
        ['5', ''],
      ] as const)
        expectCase(await say(text, audience), 'accepted');
      await eventually(() => expect([ann, bob, cal].map((client) => client.texts(room).join(''))).toEqual(['12345', '135', '15']));
      expect(outcome(await say('x', 'blue and and'))).toBe('bad-request');
      expect(breaksOf([ann, bob, cal])).toEqual([]);
      await closeAll([ann, bob, cal]);
    });

    test('directed ones reach the named accounts on all their devices, and nobody else', async () => {
      const room = await scene().room('direct');
      const [ann, bob, cal] = await scene().people(room, 'ann', 'bob', 'cal');
      const tablet = await scene().connect('bob', 0, {}, 'tablet/ios');
      expectCase(await tablet.join(room), 'joined');
      const sent = expectCase(await ann.say(room, 'psst', 'd-1', { receivers: ['bob', 'nobody'] }), 'delivered');
      expect(sent).toEqual({ sessions: 2, absent: ['nobody'] });
      expect(outcome(await ann.say(room, 'x', '', { receivers: ['bob'], store: true }))).toBe('bad-request');
      await eventually(() => expect([bob, tablet].map((client) => client.aside('direct').length)).toEqual([1, 1]));
      expectCase(await cal.say(room, 'after'), 'accepted');
      await eventually(() => expect(cal.texts(room)).toEqual(['after']));
      expect(cal.aside('direct')).toEqual([]);
      expect(expectCase(await ann.do(room, { readHistory: {} }), 'historyPage').events.length).toBeLessThanOrEqual(1);
      await closeAll([ann, bob, cal, tablet]);
    });

    test('slow mode, same text, blocked terms and links bind guests and tell why; settings change at once', async () => {
      const room = await scene().room('slow');
      const [host, gus] = await scene().people(room, 'host', 'gus');
      const set = (settings: Record<string, unknown>) => host.do(room, { changeSettings: { settings } });
      expectCase(await set({ sameTextSeconds: 60, links: 'CONTENT_RULE_REFUSE' }), 'done');
      expectCase(await host.do(room, { changeTerms: { add: ['darn', 'badw*'] } }), 'done');
      expectCase(await gus.say(room, 'hello'), 'accepted');
      expect(outcome(await gus.say(room, 'hello'))).toBe('same-text');
      expect(outcome(await gus.say(room, 'see http://spam.example/x'))).toBe('link-refused');
      expect(outcome(await gus.say(room, 'oh D\u0430RN it'))).toBe('blocked-term');
      expect(outcome(await gus.say(room, 'such badwords'))).toBe('blocked-term');
      expectCase(await set({ terms: 'CONTENT_RULE_MASK' }), 'done');
      expectCase(await gus.say(room, 'oh darn it'), 'accepted');
      await eventually(() => expect(host.texts(room)).toContain('oh **** it'));
      expectCase(await set({ slowModeSeconds: 60 }), 'done');
      expect((await gus.say(room, 'more')).result).toMatchObject({ value: { code: 'slow-mode', retryAfterMs: expect.any(Number) } });
      expectCase(await host.say(room, 'hello'), 'accepted');
      expectCase(await host.say(room, 'hello'), 'accepted');
      expect(outcome(await gus.do(room, { changeSettings: { settings: { slowModeSeconds: 0 } } }))).toBe('not-allowed');
      await eventually(() =>
        expect(seen(gus, room, 'settingsChanged')).toMatchObject([
          { changes: { sameTextSeconds: 60 } },
          { terms: 2 },
          {},
          { changes: { slowModeSeconds: 60 }, previous: { slowModeSeconds: 0 } },
        ]),
      );
      await closeAll([host, gus]);
    });

    test('gates let only labelled accounts send', async () => {
      const room = await scene().room('gate');
      const host = await scene().enter(room, 'host');
      const fan = await scene().enter(room, 'fan', 1, { labels: [{ name: 'follower', level: 30 }] });
      const gus = await scene().enter(room, 'gus');
      expectCase(
        await host.do(room, {
          changeSettings: { settings: { gates: { gates: [{ label: 'follower', leastLevel: 10, why: 'followers only' }] } } },
        }),
        'done',
      );
      expect(outcome(await fan.say(room, 'x'))).toBe('accepted');
      expect((await gus.say(room, 'x')).result).toMatchObject({ value: { code: 'gate-closed', why: 'followers only' } });
      await closeAll([host, fan, gus]);
    });

    test('a share is sampled by the same rule for a repeat; the excess of class high is demoted or refused, as its sender chose', async () => {
      const room = await scene().room('budget');
      const [host, ann] = await scene().people(room, 'host', 'ann');
      const outcomes = new Set<string>();
      for (let i = 0; i < 40; i++) {
        const first = outcome(await ann.say(room, `s${i}`, `s-${i}`, { sampling: 5000 }));
        expect(outcome(await ann.say(room, `s${i}`, `s-${i}`, { sampling: 5000 }))).toBe(first);
        outcomes.add(first);
      }
      expect([...outcomes].sort()).toEqual(['accepted', 'sampled']);
      expectCase(await host.do(room, { changeSettings: { settings: { highPerSecond: 1 } } }), 'done');
      const high = (overBudget: string) => ann.say(room, 'now', '', { class: 'MESSAGE_CLASS_HIGH', overBudget });
      const told: string[] = [];
      while (!told.includes('over-budget')) told.push(outcome(await high('OVER_BUDGET_REFUSE')));
      expectCase(await high('OVER_BUDGET_DEMOTE'), 'accepted');
      await closeAll([host, ann]);
    });

    test('reactions are counted, and told once a second', async () => {
      const room = await scene().room('hearts');
      const [ann, bob] = await scene().people(room, 'ann', 'bob');
      for (let i = 0; i < 5; i++) expectCase(await ann.do(room, { react: { kind: 'heart', count: 2 } }), 'done');
      expectCase(await bob.do(room, { react: { kind: 'clap' } }), 'done');
      const total = () => bob.aside('signal').reduce((sum, { reactions }) => sum + (reactions?.total ?? 0), 0);
      await eventually(() => expect(total()).toBe(11));
      expect(bob.events(room, 'message')).toEqual([]);
      await closeAll([ann, bob]);
    });

    test('who comes back within 30 s without a position gets the high messages of the meantime', async () => {
      const room = await scene().room('back');
      const [ann, bob] = await scene().people(room, 'ann', 'bob');
      await bob.close();
      await eventually(() => expect(ann.events(room, 'left')).toHaveLength(1), { timeoutMs: 30_000 });
      expectCase(await ann.say(room, 'goal!', '', { class: 'MESSAGE_CLASS_HIGH' }), 'accepted');
      expectCase(await ann.say(room, 'chatter'), 'accepted');
      const again = await scene().connect('bob', 1);
      const { recent } = expectCase(await again.join(room), 'joined');
      expect(recent.map(({ kind }) => kind?.$case === 'message' && kind.value.body?.content?.value)).toEqual([{ text: 'goal!' }]);
      await closeAll([ann, again]);
    });

    test('one message is pinned at a time', async () => {
      const room = await scene().room('pin');
      const [host, ann] = await scene().people(room, 'host', 'ann');
      const first = expectCase(await ann.say(room, 'rules: be kind'), 'accepted');
      expectCase(await host.do(room, { pinMessage: { messageId: first.messageId } }), 'done');
      expect(outcome(await ann.do(room, { unpinMessage: {} }))).toBe('not-allowed');
      expect(expectCase(await ann.do(room, { getRoom: {} }), 'roomInfo').pinned).toMatchObject({
        messageId: first.messageId,
        operator: 'host',
      });
      expectCase(await host.do(room, { unpinMessage: {} }), 'done');
      expect(outcome(await host.do(room, { unpinMessage: {} }))).toBe('unchanged');
      await closeAll([host, ann]);
    });
  });
}
