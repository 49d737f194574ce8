import { beforeEach, describe, expect, test } from '@jest/globals';
import { positionAt } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import type { StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { FakeClock } from '@plaza/testkit';
import { countRows } from './erasures.js';
import { CatchUp } from './catch-up.js';
import { Ingest } from './ingest.js';
import { MemoryMessageStorage, MemoryMessageStore } from './message-store.memory.js';
import { HistoryMetrics } from './metrics.prom.js';
import { Progress } from './progress.js';
import { MemoryRoomIndex } from './room-index.memory.js';

type Kind = NonNullable<Event['kind']>;

const clock = new FakeClock();
const startMs = clock.now();
const placeOf = (n: number): number => positionAt(startMs + n * 1000);
const rowsABucket = 4;

let storage: MemoryMessageStorage;
let index: MemoryRoomIndex;
let records: StoredRecord[];
beforeEach(() => {
  storage = new MemoryMessageStorage(clock);
  index = new MemoryRoomIndex();
  records = [];
});

const store = (): MemoryMessageStore => new MemoryMessageStore(storage);
const reader = (): Ingest => {
  const progress = new Progress(clock, (stream) => store().cursor(stream));
  return new Ingest({
    store: store(),
    index,
    progress,
    metrics: new HistoryMetrics(new Registry(), () => new Map()),
    retentionDays: 10,
    catchUp: new CatchUp(clock),
    clock,
  });
};

interface Happening {
  readonly kind: Kind;
  readonly targets?: string[];
  readonly stored?: boolean;
}

/** One record; its events are of the nth second and those behind it. */
function log(n: number, happenings: readonly Happening[], room = 'a'): void {
  const events = happenings.map(({ kind, targets = [], stored = true }, i) => {
    const position = placeOf(n + i);
    return { position, stored, event: Event.encode(Event.fromPartial({ position, targets, kind })).finish() };
  });
  const batch = { room, bucket: placeOf(n - (n % rowsABucket)), last: events.at(-1)!.position, events };
  const bytes = Record.encode(Record.fromPartial({ batches: [batch] })).finish();
  const sequence = records.length + 1;
  records.push({ sequence, shard: 0, expected: sequence - 1, bytes });
}
const say = (n: number, account: string, room = 'a'): void =>
  log(n, [{ kind: Event.fromPartial({ kind: { $case: 'message', value: { account } } }).kind! }], room);
const muted = (n: number, account: string, stored = true): void =>
  log(n, [{ kind: { $case: 'muted', value: {} }, targets: [account], stored }]);
const erase = (n: number, account: string): void =>
  log(n, [
    { kind: { $case: 'messageRecalled', value: { recalled: 0, account, sinceMs: 0 } }, stored: false },
    { kind: { $case: 'accountErased', value: { elements: 0, attributes: 0, profile: true } }, targets: [account], stored: false },
  ]);

const seconds = async (room = 'a'): Promise<number[]> => {
  const rows = await store().page({ room, before: undefined, after: 0, limit: 10_000 });
  return rows.map(({ position }) => (position - placeOf(0)) / 1_024_000);
};
const tracesOf = async (account: string): Promise<readonly string[]> => (await index.tracesOf(account, '', 10)).rooms;

/** Ann and bob take turns over three buckets; bob is muted in between, and ann says something elsewhere. */
function life(): void {
  for (let n = 0; n < 10; n++) if (n !== 4 && n !== 7) say(n, n % 2 === 0 ? 'ann' : 'bob');
  muted(4, 'ann');
  muted(7, 'bob');
  say(3, 'ann', 'b');
}

describe('an account that is erased', () => {
  test('leaves with its messages and the events that name it, in this room; others, and what it says later, stay', async () => {
    life();
    erase(10, 'ann');
    say(12, 'ann');
    await reader().handle(0, records);
    expect(await seconds()).toEqual([1, 3, 5, 7, 9, 12]);
    expect(await seconds('b')).toEqual([3]);
    expect([await tracesOf('ann'), await tracesOf('bob')]).toEqual([['a', 'b'], ['a']]);
  });

  test('leaves the index where nothing of it came later', async () => {
    life();
    erase(10, 'ann');
    await reader().handle(0, records);
    expect([await tracesOf('ann'), await index.bucketsOf('ann', 'a')]).toEqual([['b'], []]);
  });

  test('a mark without a row is a trace, a message that is not stored none', async () => {
    muted(0, 'ann', false);
    log(1, [{ kind: Event.fromPartial({ kind: { $case: 'message', value: { account: 'cat' } } }).kind!, stored: false }]);
    await reader().handle(0, records);
    expect([await tracesOf('ann'), await tracesOf('cat')]).toEqual([['a'], []]);
  });

  test('is counted before: its messages, and the events that name it', async () => {
    life();
    await reader().handle(0, records);
    expect(await countRows({ store: store(), index }, 'a', 'ann')).toEqual({ messages: 4, events: 1 });
    expect(await countRows({ store: store(), index }, 'a', 'bob')).toEqual({ messages: 4, events: 1 });
    expect(await countRows({ store: store(), index }, 'a', 'nobody')).toEqual({ messages: 0, events: 0 });
  });

  test('read again from any record on, also by a reader that lags, nothing comes back', async () => {
    life();
    erase(10, 'ann');
    say(12, 'ann');
    const [first, lagging] = [reader(), reader()];
    await first.handle(0, records);
    for (let from = 0; from < records.length; from++) {
      await lagging.handle(0, records.slice(from));
      expect(await seconds()).toEqual([1, 3, 5, 7, 9, 12]);
      expect(await index.bucketsOf('ann', 'a')).toEqual([placeOf(12)]);
    }
  });

  test('many rows of one bucket: it is walked in steps', async () => {
    const kind = (account: string): Kind => Event.fromPartial({ kind: { $case: 'message', value: { account } } }).kind!;
    log(
      0,
      Array.from({ length: 1300 }, (_, n) => ({ kind: kind(n % 13 === 0 ? 'bob' : 'ann') })),
    );
    await reader().handle(0, records);
    expect(await countRows({ store: store(), index }, 'a', 'ann')).toEqual({ messages: 1200, events: 0 });
    erase(1300, 'ann');
    await reader().handle(0, records);
    expect(await seconds()).toHaveLength(100);
  });
});
