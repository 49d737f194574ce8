import { beforeEach, describe, expect, test } from '@jest/globals';
import { act, first, following } from './audit.fixture.js';
import { MemoryAudit, MemoryAuditStorage } from './audit.memory.js';
import { chained, genesis, hashOf, type AuditEntry } from './entry.js';
import { verifyChain } from './verify.js';

const chain = 1;
let storage: MemoryAuditStorage;
let audit: MemoryAudit;
let entries: AuditEntry[];
beforeEach(async () => {
  storage = new MemoryAuditStorage();
  audit = new MemoryAudit(storage);
  const made = following(
    chain,
    first,
    Array.from({ length: 1300 }, (_, i) => act(i + 1)),
  );
  entries = made.entries;
  await audit.append(chain, first, entries, made.to);
});
const kept = (): Map<number, AuditEntry> => storage.chains.get(chain)!;

describe('verifying', () => {
  test('says how many entries there are, and the newest one’s hash', async () => {
    const to = { number: 1300, hash: entries.at(-1)!.hash };
    expect(await verifyChain(audit, chain)).toEqual({ ok: true, chain, from: genesis, count: 1300, to, more: false });
    expect(await verifyChain(audit, 0)).toMatchObject({ ok: true, count: 0, to: genesis });
  });

  test('goes on behind a known entry, some at a time', async () => {
    let verdict = await verifyChain(audit, chain, undefined, 600);
    expect(verdict).toMatchObject({ ok: true, count: 600, to: { number: 600, hash: entries[599]!.hash }, more: true });
    if (!verdict.ok) throw new Error(verdict.why);
    verdict = await verifyChain(audit, chain, verdict.to, 700);
    expect(verdict).toMatchObject({ ok: true, from: { number: 600 }, count: 700, more: false });
    expect(await verifyChain(audit, chain, { number: 600, hash: entries[598]!.hash })).toMatchObject({ ok: false, number: 601 });
    expect(await verifyChain(audit, chain, { number: 1301, hash: genesis.hash })).toMatchObject({
      ok: false,
      why: expect.stringContaining('1300'),
    });
  });

  test('holds after a cut, from its anchor', async () => {
    await audit.cut(chain, { number: 1000, hash: entries[999]!.hash });
    expect(await verifyChain(audit, chain)).toMatchObject({ ok: true, from: { number: 1000 }, count: 300 });
    storage.anchors.set(chain, { number: 1000, hash: entries[0]!.hash });
    expect(await verifyChain(audit, chain)).toMatchObject({ ok: false, number: 1001 });
  });

  const swap = (a: number, b: number): void => {
    const [one, two] = [kept().get(a)!, kept().get(b)!];
    kept().set(a, two).set(b, one);
  };
  test.each<[string, number, () => void]>([
    ['an entry with another word in it', 700, () => kept().set(700, { ...entries[699]!, reason: 'none' })],
    [
      'an entry that was changed with its hash: the next one tells',
      701,
      () => {
        const changed = { ...entries[699]!, reason: 'none' };
        kept().set(700, { ...changed, hash: hashOf(changed) });
      },
    ],
    ['a missing one', 650, () => kept().delete(650)],
    ['a missing first one', 1, () => kept().delete(1)],
    ['a missing last one', 1300, () => kept().delete(1300)],
    ['everything missing', 1, () => kept().clear()],
    ['two that were swapped', 3, () => swap(3, 4)],
    ['two far from each other that were swapped', 3, () => swap(3, 1200)],
    [
      'a last entry that was made anew',
      1300,
      () => {
        const [other] = chained(chain, { number: 1299, hash: entries[1298]!.hash }, [act(1300, { reason: 'none' })]);
        kept().set(1300, other!);
      },
    ],
    [
      'an entry of another chain',
      5,
      () => kept().set(5, following(2, { ...first, number: 4, hash: entries[3]!.hash }, [act(5)]).entries[0]!),
    ],
  ])('finds %s', async (_, number, tamper) => {
    tamper();
    expect(await verifyChain(audit, chain)).toMatchObject({ ok: false, number, why: expect.stringMatching(/./) });
  });
});
