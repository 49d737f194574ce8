import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import type { Live } from './live.js';

/** Two processes' ends of one bus. */
export interface LiveSetup {
  readonly first: Live;
  readonly second: Live;
  close(): Promise<void>;
}

const frame = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What every Live promises, whatever it is made of. */
export function liveContract(name: string, setup: () => Promise<LiveSetup>): void {
  describe(`live contract: ${name}`, () => {
    let given: LiveSetup;
    beforeEach(async () => {
      given = await setup();
    });
    afterEach(() => given.close());

    /** What arrives at an end, as text. */
    async function listen(live: Live, shard: number, room: string) {
      const got: string[] = [];
      const subscription = await live.subscribe(shard, room, (bytes) => got.push(text(bytes)));
      return { got, subscription };
    }

    test('brings frames to every end that subscribed, the publisher among them, each once', async () => {
      const ends = await Promise.all([given.first, given.second, given.second].map((live) => listen(live, 3, 'lobby')));
      given.first.publish(3, 'lobby', frame('hello'));
      given.first.publish(3, 'lobby', frame('end'));
      for (const { got } of ends) await eventually(() => expect(got).toEqual(['hello', 'end']));
    });

    test('keeps a publisher in order', async () => {
      const { got } = await listen(given.second, 3, 'lobby');
      const sent = Array.from({ length: 2000 }, (_, i) => `${i}`);
      for (const one of sent) given.first.publish(3, 'lobby', frame(one));
      await eventually(() => expect(got).toHaveLength(sent.length));
      expect(got).toEqual(sent);
    });

    test('hands frames on in buffers of their own, which keep nothing else in memory', async () => {
      const got: Uint8Array[] = [];
      await given.second.subscribe(3, 'lobby', (bytes) => got.push(bytes));
      for (const one of ['a', 'b', 'c']) given.first.publish(3, 'lobby', frame(one));
      await eventually(() => expect(got.map(text)).toEqual(['a', 'b', 'c']));
      expect(got.map((bytes) => bytes.buffer.byteLength)).toEqual([1, 1, 1]);
    });

    test('keeps rooms and shards apart', async () => {
      const lobby = await listen(given.second, 3, 'lobby');
      const hall = await listen(given.second, 3, 'hall_2-a');
      given.first.publish(3, 'lobby', frame('to the lobby'));
      given.first.publish(3, 'hall_2-a', frame('to the hall'));
      given.first.publish(4, 'lobby', frame('to nobody'));
      given.first.publish(3, 'lobby', frame('end'));
      given.first.publish(3, 'hall_2-a', frame('end'));
      await eventually(() =>
        expect([lobby.got, hall.got]).toEqual([
          ['to the lobby', 'end'],
          ['to the hall', 'end'],
        ]),
      );
    });

    test('gives frames that are published once subscribe has resolved', async () => {
      for (let i = 0; i < 20; i++) {
        const { got } = await listen(given.second, i, 'lobby');
        given.first.publish(i, 'lobby', frame('at once'));
        await eventually(() => expect(got).toEqual(['at once']));
      }
    });

    test('gives nothing after unsubscribe, while others still get it', async () => {
      const gone = await listen(given.second, 3, 'lobby');
      const there = await listen(given.second, 3, 'lobby');
      gone.subscription.unsubscribe();
      gone.subscription.unsubscribe();
      given.first.publish(3, 'lobby', frame('x'));
      await eventually(() => expect(there.got).toEqual(['x']));
      expect(gone.got).toEqual([]);
    });

    test('goes on after a handler threw, and for the others at once', async () => {
      const got: string[] = [];
      await given.second.subscribe(3, 'lobby', (bytes) => {
        got.push(text(bytes));
        throw new Error('a broken handler');
      });
      const other = await listen(given.second, 3, 'lobby');
      given.first.publish(3, 'lobby', frame('1'));
      given.first.publish(3, 'lobby', frame('2'));
      await eventually(() =>
        expect([got, other.got]).toEqual([
          ['1', '2'],
          ['1', '2'],
        ]),
      );
    });

    test('gives frames that stay as they are', async () => {
      const frames: Uint8Array[] = [];
      await given.second.subscribe(3, 'lobby', (bytes) => frames.push(bytes));
      for (let i = 0; i < 500; i++) given.first.publish(3, 'lobby', frame(`${i}`.repeat(200)));
      await eventually(() => expect(frames).toHaveLength(500));
      for (const [i, bytes] of frames.entries()) expect(text(bytes)).toBe(`${i}`.repeat(200));
    });

    test('is connected until it is closed, and silent then', async () => {
      const { got } = await listen(given.second, 3, 'lobby');
      const other = await listen(given.first, 3, 'lobby');
      expect([given.first.connected, given.second.connected]).toEqual([true, true]);
      await given.second.close();
      expect(given.second.connected).toBe(false);
      given.second.publish(3, 'lobby', frame('from the closed'));
      given.first.publish(3, 'lobby', frame('to the closed'));
      await eventually(() => expect(other.got).toEqual(['to the closed']));
      expect(got).toEqual([]);
    });
  });
}
