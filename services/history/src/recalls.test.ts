import { beforeEach, describe, expect, test } from '@jest/globals';
import { positionAt } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import type { StoredRecord } from '@plaza/log';
import { Event, type MessageRecalled } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { FakeClock } from '@plaza/testkit';
import { CatchUp } from './catch-up.js';
import { Ingest } from './ingest.js';
import { MemoryMessageStorage, MemoryMessageStore } from './message-store.memory.js';
import { HistoryMetrics } from './metrics.prom.js';
import { Progress } from './progress.js';
import { MemoryRoomIndex } from './room-index.memory.js';

const clock = new FakeClock();
const startMs = clock.now();
/** The nth event of the room is of the nth second. */
const placeOf = (n: number): number => positionAt(startMs + n * 1000);

let storage: MemoryMessageStorage;
let sequence: number;
let records: StoredRecord[];
beforeEach(() => {
  storage = new MemoryMessageStorage(clock);
  [sequence, records] = [0, []];
});

const reader = (): Ingest => {
  const store = new MemoryMessageStore(storage);
  const progress = new Progress(clock, (stream) => store.cursor(stream));
  return new Ingest({
    store,
    index: new MemoryRoomIndex(),
    progress,
    metrics: new HistoryMetrics(new Registry(), () => new Map()),
    retentionDays: 10,
    catchUp: new CatchUp(clock),
    clock,
  });
};

/** One record with one event. */
function log(n: number, kind: NonNullable<Event['kind']>, stored = true, room = 'a'): void {
  const event = Event.fromPartial({ position: placeOf(n), timeMs: startMs + n * 1000, kind });
  const events = [{ position: event.position, event: Event.encode(event).finish(), stored }];
  const batch = { room, bucket: placeOf(0), last: event.position, events };
  const bytes = Record.encode(Record.fromPartial({ timeMs: event.timeMs, batches: [batch] })).finish();
  records.push({ sequence: ++sequence, shard: 0, expected: sequence - 1, bytes });
}
const say = (n: number, account: string, stored = true, room = 'a'): void =>
  log(n, Event.fromPartial({ kind: { $case: 'message', value: { account } } }).kind!, stored, room);
const recall = (n: number, value: Partial<MessageRecalled>, stored = false): void =>
  log(n, { $case: 'messageRecalled', value: { recalled: 0, account: '', sinceMs: 0, ...value } }, stored);

const seconds = async (room = 'a'): Promise<number[]> => {
  const rows = await new MemoryMessageStore(storage).page({ room, before: undefined, after: 0, limit: 10_000 });
  return rows.map(({ position }) => (position - placeOf(0)) / 1_024_000);
};

describe('recalls', () => {
  test('one message leaves, with or without a known author, by an event that members see or one for nobody', async () => {
    for (let n = 0; n < 5; n++) say(n, 'ann');
    recall(5, { recalled: placeOf(1), account: 'ann' }, true);
    recall(6, { recalled: placeOf(3) });
    await reader().handle(0, records);
    expect(await seconds()).toEqual([0, 2, 4, 5]);
  });

  test('all of an account since a moment leave: not older ones, nor others’, nor what it says later, nor another room’s', async () => {
    for (let n = 0; n < 8; n++) say(n, n % 2 === 0 ? 'ann' : 'bob');
    say(4, 'ann', true, 'b');
    recall(8, { account: 'ann', sinceMs: startMs + 3000 });
    say(9, 'ann');
    await reader().handle(0, records);
    expect(await seconds()).toEqual([0, 1, 2, 3, 5, 7, 9]);
    expect(await seconds('b')).toEqual([4]);
  });

  test.each([
    [startMs + 4000, [0, 1, 2, 3]],
    [startMs + 4001, [0, 1, 2, 3, 4]],
    [0, []],
  ])('the moment %i itself is meant', async (sinceMs, left) => {
    for (let n = 0; n < 6; n++) say(n, 'ann');
    recall(6, { account: 'ann', sinceMs });
    await reader().handle(0, records);
    expect(await seconds()).toEqual(left);
  });

  test('many: a room is walked in steps', async () => {
    for (let n = 0; n < 1200; n++) say(n, n % 3 === 0 ? 'bob' : 'ann');
    recall(1200, { account: 'ann', sinceMs: startMs });
    await reader().handle(0, records);
    expect(await seconds()).toEqual(Array.from({ length: 400 }, (_, i) => i * 3));
  });

  test('a room event of that account is not a message of it', async () => {
    log(0, Event.fromPartial({ kind: { $case: 'memberUpdated', value: {} } }).kind!);
    say(1, 'ann');
    recall(2, { account: 'ann', sinceMs: startMs });
    await reader().handle(0, records);
    expect(await seconds()).toEqual([0]);
  });

  test('what is not for the history is never written', async () => {
    say(0, 'ann', false);
    say(1, 'ann');
    await reader().handle(0, records);
    expect(await seconds()).toEqual([1]);
  });

  test('read again from any record on, also by a reader that lags, nothing comes back', async () => {
    for (let n = 0; n < 6; n++) say(n, 'ann');
    recall(6, { recalled: placeOf(0) });
    recall(7, { account: 'ann', sinceMs: startMs + 2000 });
    say(8, 'ann');
    const [first, lagging] = [reader(), reader()];
    await first.handle(0, records);
    for (let from = 0; from < records.length; from++) {
      for (let to = from + 1; to <= records.length; to++) {
        await lagging.handle(0, records.slice(from, to));
        expect(await seconds()).toEqual([1, 8]);
      }
    }
  });

  test('a recall by itself that comes before its message keeps it out', async () => {
    say(0, 'ann');
    recall(1, { recalled: placeOf(0) });
    await reader().handle(0, records.slice(1));
    await reader().handle(0, records.slice(0, 1));
    expect(await seconds()).toEqual([]);
  });
});
