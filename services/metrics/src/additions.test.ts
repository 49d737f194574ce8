import { expect, test } from '@jest/globals';
import { estimateOf, positionAt, Sketch } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { additionsOf } from './additions.js';
import { Calendar } from './calendar.js';

const hourMs = 3_600_000;
const midnight = Date.UTC(2026, 0, 2);
const message = (atMs: number, account: string) => ({
  position: positionAt(atMs),
  event: Event.encode(Event.fromPartial({ kind: { $case: 'message', value: { account } } })).finish(),
});
const tallyOf = (enters: number, ...accounts: string[]) => {
  const sketch = new Sketch();
  for (const account of accounts) sketch.add(account);
  return { enters, sketch: sketch.encode() };
};
const added = (records: Parameters<typeof Record.fromPartial>[0][], known: string[] = []) => {
  const { additions, senders } = additionsOf(
    records.map((record) => Record.fromPartial(record)),
    new Calendar('UTC'),
    (sender) => known.includes(sender),
  );
  const lines = additions.map(
    ({ room, period, messages, entries, sketch }) =>
      `${room} ${period.kind} ${(period.startMs - midnight) / hourMs} ${messages} ${entries} ${estimateOf(sketch)}`,
  );
  return { lines, senders };
};

test('messages count at their own time, tallies at that of their record, in hour and day', () => {
  const muted = {
    position: positionAt(midnight),
    event: Event.encode(Event.fromPartial({ kind: { $case: 'muted', value: {} } })).finish(),
  };
  const batch = { room: 'a', events: [message(midnight - 1, ''), message(midnight, ''), muted], tally: tallyOf(3, 'x', 'y') };
  const { lines } = added([{ timeMs: midnight, batches: [batch, { room: 'b', tally: { leaves: 2 } }] }]);
  expect(lines).toEqual(['a hour -1 1 0 0', 'a day -24 1 0 0', 'a hour 0 1 3 2', 'a day 0 1 3 2']);
});

test('who sent is active without a tally, once an hour', () => {
  const batches = [{ room: 'a', events: [message(midnight, 'ann'), message(midnight, 'bob'), message(midnight + hourMs, 'ann')] }];
  const first = added([{ timeMs: midnight, batches }]);
  expect(first.lines).toEqual(['a hour 0 2 0 2', 'a day 0 3 0 2', 'a hour 1 1 0 1']);
  expect(first.senders).toHaveLength(3);
  const again = added([{ timeMs: midnight, batches }], [...first.senders]);
  expect(again.lines).toEqual(['a hour 0 2 0 0', 'a day 0 3 0 0', 'a hour 1 1 0 0']);
  expect(again.senders).toEqual([]);
});

test('a room has one addition a period, whatever its records; tallies and senders are merged', () => {
  const records = [
    { timeMs: midnight, batches: [{ room: 'a', events: [message(midnight, 'ann')], tally: tallyOf(1, 'ann') }] },
    { timeMs: midnight + 5, batches: [{ room: 'a', events: [message(midnight + 5, 'cat')], tally: tallyOf(2, 'bob', 'ann') }] },
  ];
  expect(added(records).lines).toEqual(['a hour 0 2 3 3', 'a day 0 2 3 3']);
});
