import { expect, test } from '@jest/globals';
import { contradictions } from './contradictions.js';
import type { TablePlaces } from './engines.js';
import type { SavedStream } from './manifest.js';

const saved = (stream: number, first: number, last: number, begins: SavedStream['begins'] = []): SavedStream => ({
  stream,
  copy: {
    config: { name: `LOG-${stream}`, max_age: 0, num_replicas: 1 },
    state: { messages: last - first + 1, bytes: 1, first_seq: first, last_seq: last },
  },
  begins,
});
const log = [saved(0, 100, 200, [{ shard: 4, after: 90 }]), saved(1, 1, 50, [{ shard: 1, after: 0 }])];
const places = (more: Partial<TablePlaces>): TablePlaces => ({
  readers: [{ reader: 'history', stream: 0, through: 150 }],
  snapshots: [{ shard: 4, sequence: 90, lacks: [] }],
  ...more,
});

test('tables that are older than the log, and snapshots that reach to where it begins, belong to it', () => {
  expect(contradictions({ log }, places({}))).toEqual({ wrong: [], missing: [] });
});

test.each([
  [
    'a reader that knows more than the log',
    { readers: [{ reader: 'audit', stream: 1, through: 51 }] },
    'audit has read stream 1 up to 51, and the log of the backup ends at 50',
  ],
  [
    'a snapshot that does',
    { snapshots: [{ shard: 4, sequence: 201, lacks: [] }] },
    'the newest snapshot of shard 4 is of stream 0 up to 201, and the log of the backup ends at 200',
  ],
  ['a reader of a stream that there is not', { readers: [{ reader: 'history', stream: 7, through: 1 }] }, 'history has read stream 7'],
  ['a torn snapshot', { snapshots: [{ shard: 4, sequence: 150, lacks: [1, 2] }] }, 'shard 4 lacks its chunks 1, 2'],
  ['a snapshot that is too old', { snapshots: [{ shard: 4, sequence: 89, lacks: [] }] }, 'up to 90, and its newest snapshot is of 89'],
  ['a shard without snapshot whose log does not begin with it', { snapshots: [] }, 'up to 90, and there is no snapshot of it'],
])('%s does not', (_what, more, why) => {
  expect(contradictions({ log }, places(more)).wrong).toEqual([expect.stringContaining(why)]);
});

test('what aged out of the log before its reader had it is told as missing', () => {
  const { wrong, missing } = contradictions({ log }, places({ readers: [{ reader: 'history', stream: 0, through: 98 }] }));
  expect({ wrong, missing }).toEqual({ wrong: [], missing: ['history has read stream 0 up to 98, and the log begins at 100'] });
});
