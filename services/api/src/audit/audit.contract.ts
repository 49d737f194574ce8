import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { act, first, following, startMs } from './audit.fixture.js';
import type { Audit, ChainHead, Place, Search, Subject } from './audit.js';
import { genesis, type AuditedAct } from './entry.js';

export interface AuditUnderTest {
  readonly audit: Audit;
  /** Another process with the same store. */
  readonly other: Audit;
  close(): Promise<void>;
}

const any: Subject = { kind: 'any', name: '' };

export function auditContract(name: string, open: () => Promise<AuditUnderTest>): void {
  describe(`audit log: ${name}`, () => {
    let under: AuditUnderTest;
    let audit: Audit;
    beforeEach(async () => {
      under = await open();
      audit = under.audit;
    });
    afterEach(() => under.close());

    const put = async (chain: number, acts: readonly AuditedAct[], from?: ChainHead): Promise<ChainHead> => {
      const after = from ?? (await audit.head(chain));
      const { entries, to } = following(chain, after, acts);
      expect(await audit.append(chain, after, entries, to)).toBe('appended');
      return to;
    };
    /** Within a hundred days. */
    const all = async (search: Partial<Search> & { subject: Subject }): Promise<Place[]> => {
      const found: Place[] = [];
      let before: Place | undefined;
      do {
        const page = await audit.find({ fromMs: startMs, toMs: startMs + 86_400_000 * 100, limit: 2, ...search, before });
        expect(page.places.length).toBeLessThanOrEqual(search.limit ?? 2);
        found.push(...page.places);
        before = page.next;
      } while (before !== undefined);
      return found;
    };
    const numbers = (places: readonly { number: number }[]): number[] => places.map(({ number }) => number);

    test('starts with nothing', async () => {
      expect(await audit.head(1)).toEqual(first);
      expect(await audit.anchor(1)).toEqual(genesis);
      expect(await audit.read(1, 0, 10)).toEqual([]);
      expect(await all({ subject: any })).toEqual([]);
    });

    test('keeps what is appended, by chain and number', async () => {
      const to = await put(1, [act(1), act(2), act(2, { act: 'muted' })]);
      await put(0, [act(1, { room: 'other', details: { x: ['é', 1, null, true] } })]);
      expect(await audit.head(1)).toEqual(to);
      const { entries } = following(1, first, [act(1), act(2), act(2, { act: 'muted' })]);
      expect(await audit.read(1, 0, 10)).toEqual(entries);
      expect(await audit.read(1, 1, 1)).toEqual([entries[1]]);
      expect(await audit.read(1, 3, 10)).toEqual([]);
      expect((await audit.read(0, 0, 10)).map(({ details }) => details)).toEqual([{ x: ['é', 1, null, true] }]);
      expect(await under.other.read(1, 0, 10)).toEqual(entries);
    });

    test('a stretch of the log without an act moves the head’s sequence only', async () => {
      const to = await put(1, [act(3)]);
      const further = { ...to, sequence: 90 };
      expect(await audit.append(1, to, [], further)).toBe('appended');
      expect(await under.other.head(1)).toEqual(further);
    });

    test('what is appended to where the chain does not stand any more changes nothing', async () => {
      const one = await put(1, [act(1)]);
      const two = await put(1, [act(2)]);
      for (const stale of [first, one]) {
        const { entries, to } = following(1, stale, [act(9, { act: 'forged' })]);
        expect(await under.other.append(1, stale, entries, to)).toBe('moved');
      }
      expect(await audit.head(1)).toEqual(two);
      expect((await audit.read(1, 0, 10)).map((entry) => entry.act)).toEqual(['kicked', 'kicked']);
      expect(await all({ subject: { kind: 'act', name: 'forged' } })).toEqual([]);
    });

    test('two processes that append the same at once leave one chain', async () => {
      const acts = Array.from({ length: 20 }, (_, i) => act(i + 1));
      const { entries, to } = following(1, first, acts);
      const half = following(1, first, acts.slice(0, 10));
      const outcomes = await Promise.all([
        audit.append(1, first, entries, to),
        under.other.append(1, first, half.entries, half.to),
        under.other.append(1, first, entries, to),
      ]);
      expect(outcomes).toContain('appended');
      const head = await audit.head(1);
      expect([half.to, to]).toContainEqual(head);
      const rest = following(1, head, acts.slice(head.number));
      if (rest.entries.length > 0) await audit.append(1, head, rest.entries, rest.to);
      expect(await under.other.read(1, 0, 50)).toEqual(entries);
      expect(numbers(await all({ subject: any, limit: 7 }))).toEqual(numbers(entries).reverse());
    });

    test('many entries are read in pages', async () => {
      const acts = Array.from({ length: 1200 }, (_, i) => act(1 + Math.floor(i / 100)));
      await put(2, acts);
      const read: number[] = [];
      for (let page = await audit.read(2, 0, 500); page.length > 0; page = await audit.read(2, read.at(-1)!, 500))
        read.push(...numbers(page));
      expect(read).toEqual(acts.map((_, i) => i + 1));
    });

    test('finds by room, by operator and target, by act, newest first over all chains, and nothing else', async () => {
      await put(1, [
        act(1, { room: 'a', targets: ['ann', 'bob', 'ann'] }),
        act(2, { room: 'b', operator: 'ann', targets: ['ann'], act: 'muted' }),
        act(3, { room: '', operator: '', targets: [], act: 'log-hole' }),
      ]);
      await put(0, [act(2, { room: 'a', operator: 'bob', targets: [] }), act(4, { room: 'ab', targets: ['an'] })]);
      const found = async (kind: 'room' | 'account' | 'act', text: string) =>
        (await all({ subject: { kind, name: text } })).map(({ chain, number }) => `${chain}/${number}`);
      expect(await found('room', 'a')).toEqual(['0/1', '1/1']);
      expect(await found('room', 'ab')).toEqual(['0/2']);
      expect(await found('account', 'ann')).toEqual(['1/2', '1/1']);
      expect(await found('account', 'bob')).toEqual(['0/1', '1/1']);
      expect(await found('account', 'nobody')).toEqual([]);
      expect(await found('act', 'kicked')).toEqual(['0/2', '0/1', '1/1']);
      const places = await all({ subject: any, limit: 3 });
      expect(places.map(({ chain, number }) => `${chain}/${number}`)).toEqual(['0/2', '1/3', '1/2', '0/1', '1/1']);
      expect((await audit.get(places)).map((entry) => entry.position)).toEqual(['4096', '3072', '2048', '2048', '1024']);
      expect(await audit.get([{ timeMs: startMs, chain: 1, number: 99 }])).toEqual([]);
    });

    test('finds within a time, over weeks, in pages of any size', async () => {
      const day = 86_400_000;
      const acts = Array.from({ length: 12 }, (_, i) => act(i + 1, { timeMs: startMs + i * 9 * day }));
      await put(1, acts);
      const between = { fromMs: startMs + 18 * day, toMs: startMs + 81 * day };
      for (const limit of [1, 3, 100]) {
        for (const subject of [any, { kind: 'room', name: 'lobby' }, { kind: 'act', name: 'kicked' }] as const) {
          expect(numbers(await all({ subject, limit, ...between }))).toEqual([9, 8, 7, 6, 5, 4, 3]);
        }
      }
      expect(numbers(await all({ subject: any, fromMs: startMs + 18 * day, toMs: startMs + 18 * day }))).toEqual([]);
      expect(numbers(await all({ subject: any, fromMs: startMs + 18 * day, toMs: startMs + 18 * day + 1 }))).toEqual([3]);
    });

    test('what is cut is gone, and the anchor says what the rest follows', async () => {
      await put(
        1,
        Array.from({ length: 6 }, (_, i) => act(i + 1)),
      );
      const entries = await audit.read(1, 0, 10);
      const anchor = { number: 4, hash: entries[3]!.hash };
      await audit.cut(1, anchor);
      expect(await under.other.anchor(1)).toEqual(anchor);
      expect(numbers(await audit.read(1, 0, 10))).toEqual([5, 6]);
      expect((await audit.read(1, 0, 1))[0]!.previousHash).toBe(anchor.hash);
      await audit.cut(1, { number: 2, hash: entries[1]!.hash });
      expect(await audit.anchor(1)).toEqual(anchor);
      expect(numbers(await audit.get(entries))).toEqual([5, 6]);
      await put(1, [act(7)]);
      expect(numbers(await audit.read(1, 0, 10))).toEqual([5, 6, 7]);
    });
  });
}
