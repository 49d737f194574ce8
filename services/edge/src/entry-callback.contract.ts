import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EntryAsk, EntryCallback, EntryVerdict } from './entry-callback.js';

/** A platform whose answers the suite chooses. */
export interface StagedPlatform {
  readonly callback: EntryCallback;
  /** What it has been asked, in order. */
  readonly asked: readonly EntryAsk[];
  /** Answers so from now on. */
  say(verdict: EntryVerdict): void;
  close(): Promise<void> | void;
}

export const entry = (more: Partial<EntryAsk> = {}): EntryAsk => ({
  ...{ room: 'lobby', account: 'ann', anonymous: false, deviceId: 'phone', deviceKind: 'ios', tags: ['vip'] },
  ...{ labels: [{ name: 'fan', level: 3 }], ip: '192.0.2.7' },
  ...more,
});

const verdicts: [string, EntryVerdict][] = [
  ['a yes', { kind: 'allow', attributes: {} }],
  [
    'a yes with everything',
    {
      kind: 'allow',
      attributes: {
        nickname: 'Ann',
        avatar: 'https://example.org/a.png',
        tags: ['a', 'b'],
        labels: [{ name: 'gold', level: 1 }],
        role: 'regular',
      },
    },
  ],
  ['a yes that takes all tags and labels away', { kind: 'allow', attributes: { tags: [], labels: [] } }],
  ['a no', { kind: 'deny', reason: '' }],
  ['a no with a reason', { kind: 'deny', reason: 'members only Ω' }],
  ['nothing that can be used', { kind: 'unavailable' }],
];

/** What every EntryCallback does. */
export function describeEntryCallback(name: string, open: () => Promise<StagedPlatform>): void {
  describe(`an entry callback (${name})`, () => {
    let platform: StagedPlatform;
    beforeEach(async () => {
      platform = await open();
    });
    afterEach(() => platform.close());

    test.each(verdicts)('brings back %s', async (_name, verdict) => {
      platform.say(verdict);
      expect(await platform.callback.ask(entry())).toEqual(verdict);
    });

    test('tells the platform who wants to enter which room', async () => {
      platform.say({ kind: 'allow', attributes: {} });
      const guest = entry({
        room: 'other',
        account: 'anon-x',
        anonymous: true,
        deviceId: '',
        deviceKind: '',
        tags: [],
        labels: [],
        ip: '',
      });
      for (const one of [entry(), guest]) await platform.callback.ask(one);
      expect(platform.asked).toEqual([entry(), guest]);
    });

    test('answers each of many at once for itself', async () => {
      platform.say({ kind: 'deny', reason: 'no' });
      const all = await Promise.all(Array.from({ length: 20 }, (_, i) => platform.callback.ask(entry({ account: `a${i}` }))));
      expect(all).toEqual(Array.from({ length: 20 }, () => ({ kind: 'deny', reason: 'no' })));
      expect(new Set(platform.asked.map(({ account }) => account)).size).toBe(20);
    });
  });
}
