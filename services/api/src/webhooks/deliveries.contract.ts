import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newFeed, type Deliveries, type Replay } from './deliveries.js';
import type { Endpoint } from './endpoint.js';

export const anEndpoint = (over: Partial<Endpoint> = {}): Endpoint => ({
  id: 'wh_1',
  name: '',
  url: 'https://platform.example/hooks',
  kinds: [],
  rooms: [],
  roomPrefix: '',
  enabled: true,
  stopped: '',
  secrets: [{ sealed: 'sealed', createdMs: 1, untilMs: 0 }],
  createdMs: 1,
  sinceMs: 1,
  revision: 1,
  ...over,
});

const aReplay = (over: Partial<Replay> = {}): Replay => ({
  ...{ id: 'r1', endpoint: 'wh_1', stream: 0, room: 'lobby', sequence: 7, after: 4096, askedMs: 5 },
  ...over,
});

/** Every store of deliveries keeps this; each test has an empty one. */
export function deliveriesContract(name: string, open: () => Promise<{ deliveries: Deliveries; close: () => Promise<void> }>): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let deliveries: Deliveries;
    beforeEach(async () => {
      opened = await open();
      deliveries = opened.deliveries;
    });
    afterEach(() => opened.close());

    test('endpoints are listed by age, and found', async () => {
      const [young, old] = [anEndpoint({ id: 'wh_1', createdMs: 9 }), anEndpoint({ id: 'wh_2', createdMs: 3 })];
      expect(await deliveries.put(young)).toBe(true);
      expect(await deliveries.put(old)).toBe(true);
      expect(await deliveries.endpoints()).toEqual([old, young]);
      expect(await deliveries.endpoint('wh_1')).toEqual(young);
      expect(await deliveries.endpoint('wh_3')).toBeUndefined();
    });

    test('an endpoint changes from one revision to the next, and of two who change it one is told no', async () => {
      await deliveries.put(anEndpoint());
      expect(await deliveries.put(anEndpoint({ name: 'again' }))).toBe(false);
      expect(await deliveries.put(anEndpoint({ name: 'one', revision: 2 }))).toBe(true);
      expect(await deliveries.put(anEndpoint({ name: 'other', revision: 2 }))).toBe(false);
      expect((await deliveries.endpoint('wh_1'))?.name).toBe('one');
      expect(await deliveries.put(anEndpoint({ id: 'wh_9', revision: 2 }))).toBe(false);
    });

    test('a store knows whether it ever had an endpoint, and takes back what it lost', async () => {
      expect(await deliveries.used()).toBe(false);
      await deliveries.put(anEndpoint());
      await deliveries.remove('wh_1');
      expect(await deliveries.used()).toBe(true);
      await deliveries.put(anEndpoint({ id: 'wh_2', name: 'there again' }));
      await deliveries.restore([anEndpoint({ revision: 7 }), anEndpoint({ id: 'wh_2', name: 'as it was', revision: 7 })]);
      expect((await deliveries.endpoint('wh_1'))?.revision).toBe(7);
      expect((await deliveries.endpoint('wh_2'))?.name).toBe('there again');
    });

    test('a store that was only given back what it lost is used', async () => {
      await deliveries.restore([anEndpoint({ revision: 7 })]);
      expect(await deliveries.used()).toBe(true);
    });

    test('a stream is nowhere until its place is moved', async () => {
      expect(await deliveries.place(1)).toBe(0);
      await deliveries.movePlace(1, 2 ** 40);
      await deliveries.movePlace(2, 5);
      expect(await deliveries.place(1)).toBe(2 ** 40);
    });

    test('a feed is kept by endpoint and stream, whole', async () => {
      await deliveries.put(anEndpoint());
      expect(await deliveries.feed('wh_1', 0)).toBeUndefined();
      const lane = { room: 'lobby', sequence: 3, after: 2 ** 50, upTo: 9, failures: 2, nextAtMs: 7, lastError: 'status 500', askedMs: 0 };
      const state = { ...newFeed(12, 1), lanes: [lane] };
      await deliveries.keepFeed('wh_1', 0, newFeed(11, 1));
      await deliveries.keepFeed('wh_1', 0, state);
      await deliveries.keepFeed('wh_1', 3, newFeed(4, 1));
      expect(await deliveries.feed('wh_1', 0)).toEqual(state);
      expect(await deliveries.feeds('wh_1')).toEqual(
        new Map([
          [0, state],
          [3, newFeed(4, 1)],
        ]),
      );
      expect(await deliveries.feeds('wh_2')).toEqual(new Map());
    });

    test('replays wait for whoever reads their stream, in the order of their asking', async () => {
      await deliveries.put(anEndpoint());
      const [late, early] = [aReplay({ id: 'a', askedMs: 9 }), aReplay({ id: 'b', askedMs: 4 })];
      for (const replay of [late, early, aReplay({ id: 'c', stream: 1 })]) await deliveries.askReplay(replay);
      expect(await deliveries.replays(0)).toEqual([early, late]);
      await deliveries.replayed(early);
      await deliveries.replayed(early);
      expect(await deliveries.replays(0)).toEqual([late]);
    });

    test('what is removed takes its feeds and replays with it, and what is written late leaves nothing', async () => {
      for (const id of ['wh_1', 'wh_2']) {
        await deliveries.put(anEndpoint({ id }));
        await deliveries.keepFeed(id, 0, newFeed(1, 1));
        await deliveries.askReplay(aReplay({ id: `of-${id}`, endpoint: id }));
      }
      expect(await deliveries.remove('wh_1')).toBe(true);
      expect(await deliveries.remove('wh_1')).toBe(false);
      await deliveries.keepFeed('wh_1', 0, newFeed(2, 1));
      await deliveries.askReplay(aReplay({ id: 'late' }));
      expect((await deliveries.endpoints()).map(({ id }) => id)).toEqual(['wh_2']);
      expect(await deliveries.feed('wh_1', 0)).toBeUndefined();
      expect(await deliveries.feed('wh_2', 0)).toEqual(newFeed(1, 1));
      expect((await deliveries.replays(0)).map(({ id }) => id)).toEqual(['of-wh_2']);
    });
  });
}
