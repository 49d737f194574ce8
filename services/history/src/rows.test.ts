import { expect, test } from '@jest/globals';
import { accountsRoom, positionAt } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import { RoomBatch } from '@plaza/proto/log';
import { rowsOfBatch } from './rows.js';

const dayMs = 86_400_000;

test.each([
  [0, 10],
  [1, 1],
  [9, 9],
  [11, 10],
])('a room that names %i days keeps its rows for %i of ten', (historyDays, days) => {
  const nowMs = Date.UTC(2026, 1, 1);
  const position = positionAt(nowMs);
  const { rows } = rowsOfBatch(RoomBatch.fromPartial({ room: 'a', historyDays, events: [{ position, stored: true }] }), 10);
  expect(rows).toEqual([expect.objectContaining({ timeMs: nowMs, untilMs: nowMs + days * dayMs })]);
});

test.each([
  ['a room', 'a', [0, 1]],
  ['the room of accounts, where it stays restricted', accountsRoom, []],
])('an account leaves a trace in %s', (_, room, buckets) => {
  const position = positionAt(Date.UTC(2026, 1, 1));
  const kind = { $case: 'muted', value: {} } as const;
  const event = Event.encode(Event.fromPartial({ position, targets: ['ann'], kind })).finish();
  const { index } = rowsOfBatch(RoomBatch.fromPartial({ room, bucket: 1, events: [{ position, stored: true, event }] }), 10);
  expect(index.flatMap((change) => (change.kind === 'trace' ? change.bucket : [])).sort()).toEqual(buckets);
});
