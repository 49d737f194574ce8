import { beforeEach, describe, expect, test } from '@jest/globals';
import { positionAt } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event, Media, Message, ReadHistory, Tip, type Body, type HistoryPage } from '@plaza/proto/client';
import type { Viewer } from '@plaza/proto/history';
import { FakeClock } from '@plaza/testkit';
import { LogTails } from '../log-tail.js';
import { MemoryMessageStorage, MemoryMessageStore } from '../message-store.memory.js';
import { HistoryMetrics } from '../metrics.prom.js';
import { Progress } from '../progress.js';
import { ReadHandler } from './read.js';

type Kind = NonNullable<Event['kind']>;
type Content = NonNullable<Body['content']>;

const clock = new FakeClock();
const startMs = clock.now();
const base = positionAt(startMs);
const messageOf = (account: string, content: Content): Kind => ({
  $case: 'message',
  value: Message.fromPartial({ account, body: { content } }),
});
const message = (account: string, text: string): Kind => messageOf(account, { $case: 'text', value: { text } });

let store: MemoryMessageStore;
let handler: ReadHandler;
beforeEach(() => {
  store = new MemoryMessageStore(new MemoryMessageStorage(clock));
  const progress = new Progress(clock, async () => 0);
  const tails = new LogTails(new MemoryLog(new MemoryLogStorage({ shards: 8, streams: 4 })), clock, 10);
  handler = new ReadHandler({
    store,
    progress,
    tails,
    metrics: new HistoryMetrics(new Registry(), () => new Map()),
    shards: 8,
    streams: 4,
  });
});

/** The nth event, a second after the one before. */
const placeOf = (n: number): number => base + n * 1024 * 1000;
const write = (kinds: readonly (readonly [kind: Kind, audience?: string])[]): Promise<void> =>
  store.write(
    kinds.map(([kind, audience = ''], n) => {
      const event = Event.fromPartial({ position: placeOf(n), timeMs: startMs + n * 1000, kind });
      return {
        room: 'a',
        bucket: base,
        position: event.position,
        timeMs: event.timeMs,
        event: Event.encode(event).finish(),
        audience,
        untilMs: event.timeMs + 86_400_000,
      };
    }),
  );
const read = (page: Partial<ReadHistory>, viewer?: Viewer): Promise<HistoryPage> =>
  handler.read({ room: 'a', page: ReadHistory.fromPartial(page), head: 0, headSequence: 0, viewer });
const numbersOf = ({ events }: HistoryPage): number[] => events.map(({ position }) => (position - base) / 1_024_000);

describe('filters of a page', () => {
  const kinds: [Kind, string?][] = [
    [message('ann', 'all')],
    [message('bob', 'reds'), 'red'],
    [message('ann', 'both'), 'red and blue'],
    [message('ann', 'quoted'), '"reds" or green'],
    [messageOf('ann', { $case: 'image', value: Media.fromPartial({ url: 'https://x/y' }) })],
    [messageOf('ann', { $case: 'tip', value: Tip.fromPartial({ gift: 'rose', count: 1 }) })],
    [{ $case: 'muted', value: {} }],
    [{ $case: 'tagMuted', value: { tag: 'red', seconds: 0, untilMs: 0 } }, 'red'],
  ];

  test.each<[string, Partial<ReadHistory>, number[]]>([
    ['without: all messages, no room events', {}, [0, 1, 2, 3, 4, 5]],
    ['one kind', { types: ['image'] }, [4]],
    ['several kinds', { types: ['image', 'tip'] }, [4, 5]],
    ['room events', { types: ['event'] }, [6, 7]],
    ['texts and room events', { types: ['text', 'event'] }, [0, 1, 2, 3, 6, 7]],
    ['a kind that there is not', { types: ['voice'] }, []],
    ['by sender', { sender: 'bob' }, [1]],
    ['by sender and kind', { sender: 'ann', types: ['tip'] }, [5]],
    ['by audience tag', { audienceTag: 'red' }, [1, 2]],
    ['by a tag that only looks alike', { audienceTag: 'reds' }, [3]],
    ['by audience tag, room events too', { audienceTag: 'red', types: ['event'] }, [7]],
    ['before a moment', { beforeMs: startMs + 2000 }, [0, 1]],
    ['after a moment', { afterMs: startMs + 3000 }, [4, 5]],
    ['after a moment before all', { afterMs: 0, limit: 2 }, [0, 1]],
  ])('%s', async (_, page, numbers) => {
    await write(kinds);
    expect(numbersOf(await read(page))).toEqual(numbers);
  });

  test.each<[string, Viewer, number[]]>([
    ['without tags: what is for all', { account: 'cat', tags: [] }, [0, 4, 5, 6]],
    ['with one', { account: 'cat', tags: ['red'] }, [0, 1, 4, 5, 6, 7]],
    ['with both', { account: 'cat', tags: ['blue', 'red'] }, [0, 1, 2, 4, 5, 6, 7]],
    ['one’s own, whomever it was for', { account: 'bob', tags: [] }, [0, 1, 4, 5, 6]],
    ['one’s own, and by tag', { account: 'ann', tags: ['green'] }, [0, 2, 3, 4, 5, 6]],
  ])('a member sees only what was for it: %s', async (_, viewer, numbers) => {
    await write(kinds);
    const types = ['text', 'image', 'tip', 'event'];
    expect(numbersOf(await read({ types }, viewer))).toEqual(numbers);
  });

  test('an audience that is no expression is for nobody but the platform', async () => {
    await write([[message('ann', 'x'), 'red and']]);
    expect(numbersOf(await read({}, { account: 'cat', tags: ['red'] }))).toEqual([]);
    expect(numbersOf(await read({}))).toEqual([0]);
  });
});

describe('pages where a filter lets little through', () => {
  const few = (every: number, count: number): [Kind][] =>
    Array.from({ length: count }, (_, n) => [message(n % every === 0 ? 'ann' : 'bob', 'x')]);

  const follow = async (
    direction: 'before' | 'after',
    page: Partial<ReadHistory>,
  ): Promise<{ numbers: number[]; pages: HistoryPage[] }> => {
    const pages: HistoryPage[] = [await read(page)];
    while (pages.at(-1)!.more) {
      expect(pages.length).toBeLessThan(50);
      pages.push(await read({ ...page, after: undefined, [direction]: pages.at(-1)!.nextBound }));
    }
    const ordered = direction === 'before' ? [...pages].reverse() : pages;
    return { numbers: ordered.flatMap(numbersOf), pages };
  };

  test.each([
    ['before' as const, {}],
    ['after' as const, { after: 0 }],
  ])('%s: following `next` gives each once, in order', async (direction, start) => {
    await write(few(7, 100));
    const expected = Array.from({ length: 15 }, (_, i) => i * 7);
    for (const limit of [1, 4, 14, 15, 16]) {
      const { numbers, pages } = await follow(direction, { sender: 'ann', limit, ...start });
      expect(numbers).toEqual(expected);
      expect(pages).toHaveLength(Math.ceil(15 / limit));
    }
  });

  test('a page looks at about 2,000 rows, then says where to go on', async () => {
    await write(few(5000, 5000));
    const page = await read({ sender: 'ann' });
    expect(page).toMatchObject({ events: [], more: true });
    expect(numbersOf({ ...page, events: [Event.fromPartial({ position: page.nextBound })] })[0]).toBeGreaterThan(2700);
    const { numbers, pages } = await follow('before', { sender: 'ann' });
    expect(numbers).toEqual([0]);
    expect(pages.length).toBeLessThanOrEqual(3);
    expect(pages.every(({ upTo }) => upTo === placeOf(4999))).toBe(true);
  });

  test('an empty room has one page', async () => {
    expect(await read({ sender: 'ann' })).toEqual({ events: [], upTo: 0, more: false, nextBound: 0 });
  });

  test.each([
    [200, 200],
    [201, 200],
    [0, 50],
  ])('a limit of %i is %i', async (limit, count) => {
    await write(few(1, 300));
    expect((await read({ limit })).events).toHaveLength(count);
  });
});
