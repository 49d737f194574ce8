import { describe, expect, test } from '@jest/globals';
import { QueueChange } from '@plaza/proto/client';
import { eventually } from '@plaza/testkit';
import { expectCase, outcome } from './probe-client.js';
import { breaksOf, closeAll, seen, type Scene } from './scene.js';

/** Microphone seats: who asks first talks first, and who goes away loses the seat, but not in a tunnel. */
export function tellQueue(scene: () => Scene): void {
  describe('the queue', () => {
    test('is there after init, keeps its order, and tells every change', async () => {
      const room = await scene().room('seats');
      const [host, ann, bob] = await scene().people(room, 'host', 'ann', 'bob');
      const offer = (client: typeof ann, key: string, more: Record<string, unknown> = {}) =>
        client.do(room, { offerQueue: { elements: [{ key, value: `v-${key}`, ...more }] } });
      expect(outcome(await offer(ann, 'a'))).toBe('no-queue');
      expectCase(await host.do(room, { initQueue: { size: 2 } }), 'queueResults');
      expectCase(await offer(ann, 'a'), 'queueResults');
      expectCase(await offer(bob, 'b'), 'queueResults');
      expect(outcome(await offer(ann, 'c'))).toBe('queue-full');
      const [again] = expectCase(await offer(bob, 'a', { value: 'mine' }), 'queueResults').results;
      expect(again).toMatchObject({ code: '', element: { key: 'a', value: 'mine', owner: 'bob' } });
      expect(outcome(await offer(ann, 'a', { ifRevision: '1' }))).toBe('revision-conflict');
      expect(outcome(await ann.do(room, { dropQueue: {} }))).toBe('not-allowed');
      const page = expectCase(await ann.do(room, { listQueue: {} }), 'queuePage');
      expect([page.elements.map(({ key }) => key), page.size, page.count]).toEqual([['a', 'b'], 2, 2]);
      const taken = expectCase(await host.do(room, { pollQueue: {} }), 'queueResults');
      expect(taken.results).toMatchObject([{ key: 'a', element: { value: 'mine' } }]);
      expectCase(await host.do(room, { updateRoom: { changes: { queueRights: 'QUEUE_RIGHTS_MANAGERS' } } }), 'done');
      expect(outcome(await offer(ann, 'd'))).toBe('not-allowed');
      await eventually(() =>
        expect(seen(bob, room, 'queueChanged').map(({ change }) => change)).toEqual([
          QueueChange.QUEUE_CHANGE_INIT,
          QueueChange.QUEUE_CHANGE_OFFER,
          QueueChange.QUEUE_CHANGE_OFFER,
          QueueChange.QUEUE_CHANGE_OFFER,
          QueueChange.QUEUE_CHANGE_POLL,
        ]),
      );
      expect(breaksOf([host, ann, bob])).toEqual([]);
      await closeAll([host, ann, bob]);
    });

    test('a transient element survives a short absence of its owner, and leaves in one event after the grace period', async () => {
      const room = await scene().room('tunnel');
      const [host, ann] = await scene().people(room, 'host', 'ann');
      expectCase(await host.do(room, { initQueue: {} }), 'queueResults');
      const elements = ['x', 'y'].map((key) => ({ key, transient: true }));
      expectCase(await ann.do(room, { offerQueue: { elements } }), 'queueResults');
      const keys = async () => expectCase(await host.do(room, { listQueue: {} }), 'queuePage').elements.map(({ key }) => key);
      await ann.close();
      await eventually(() => expect(host.events(room, 'left')).toHaveLength(1), { timeoutMs: 30_000 });
      expect(await keys()).toEqual(['x', 'y']);
      const entered = host.events(room, 'entered').length;
      const back = await scene().enter(room, 'ann', 1);
      await eventually(() => expect(host.events(room, 'entered').length).toBeGreaterThan(entered));
      expect(await keys()).toEqual(['x', 'y']);
      await back.close();
      const gone = () => seen(host, room, 'queueChanged').filter(({ change }) => change === QueueChange.QUEUE_CHANGE_OWNER_LEFT);
      await eventually(() => expect(gone()).toHaveLength(1), { timeoutMs: 45_000 });
      expect(gone()[0]!.elements.map(({ key }) => key)).toEqual(['x', 'y']);
      expect(await keys()).toEqual([]);
      await host.close();
    }, 90_000);
  });
}
