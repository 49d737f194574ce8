import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '@plaza/kit';
import { FakeClock } from '@plaza/testkit';
import type { SnapshotManifest, SnapshotStore } from './snapshot-store.js';

export interface SnapshotsUnderTest {
  readonly store: SnapshotStore;
  close(): Promise<void>;
}

const manifest = (id: string, sequence: number, chunks = 1): SnapshotManifest => ({ id, sequence, chunks, takenMs: 1_767_225_600_000 });

export function snapshotStoreContract(name: string, open: (clock: Clock) => Promise<SnapshotsUnderTest>): void {
  describe(`snapshot store: ${name}`, () => {
    let clock: FakeClock;
    let under: SnapshotsUnderTest;
    let store: SnapshotStore;
    beforeEach(async () => {
      clock = new FakeClock();
      under = await open(clock);
      store = under.store;
    });
    afterEach(() => under.close());

    const has = async (id: string): Promise<boolean> => (await store.chunk(7, id, 0)) !== undefined;
    const take = async (id: string, sequence: number): Promise<void> => {
      await store.putChunk(7, id, 0, Uint8Array.of(sequence & 255));
      await store.commit(7, manifest(id, sequence));
    };

    test('has nothing at first', async () => {
      expect(await store.newest(7)).toBeUndefined();
      expect(await store.chunk(7, 'a', 0)).toBeUndefined();
    });

    test('is there when its manifest is, chunk by chunk', async () => {
      const large = new Uint8Array(1024 * 1024).fill(3);
      await store.putChunk(7, 'a', 0, large);
      await store.putChunk(7, 'a', 1, Uint8Array.of(1, 2));
      expect(await store.newest(7)).toBeUndefined();
      await store.commit(7, manifest('a', 2 ** 40, 2));
      expect(await store.newest(7)).toEqual(manifest('a', 2 ** 40, 2));
      expect(Buffer.compare((await store.chunk(7, 'a', 0))!, large)).toBe(0);
      expect([...(await store.chunk(7, 'a', 1))!]).toEqual([1, 2]);
      expect(await store.chunk(7, 'a', 2)).toBeUndefined();
      expect(await store.newest(8)).toBeUndefined();
    });

    test('keeps the one before the newest and lets older ones go', async () => {
      for (const sequence of [1, 2, 3, 4]) await take(`s${sequence}`, sequence);
      expect((await store.newest(7))!.id).toBe('s4');
      expect([await has('s1'), await has('s2'), await has('s3'), await has('s4')]).toEqual([false, false, true, true]);
    });

    test('ignores a lower sequence than the newest', async () => {
      await take('new', 10);
      await take('old', 9);
      expect((await store.newest(7))!.id).toBe('new');
      expect([await has('new'), await has('old')]).toEqual([true, false]);
    });

    test('committing again changes nothing', async () => {
      await take('a', 10);
      await take('b', 11);
      await store.commit(7, manifest('b', 11));
      await store.commit(7, manifest('a', 10));
      expect((await store.newest(7))!.id).toBe('b');
      expect([await has('a'), await has('b')]).toEqual([true, true]);
    });

    test('leaves an unfinished snapshot alone until its writer must be gone', async () => {
      await store.putChunk(7, 'unfinished', 0, Uint8Array.of(1));
      clock.advance(1_800_000);
      await take('a', 10);
      expect(await has('unfinished')).toBe(true);
      clock.advance(1_900_000);
      await take('b', 11);
      expect(await has('unfinished')).toBe(false);
      expect([await has('a'), await has('b')]).toEqual([true, true]);
    });
  });
}
