import { expect, test } from '@jest/globals';
import { positionAt } from '@plaza/domain';
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
