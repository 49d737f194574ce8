import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Event } from '@plaza/proto/client';
import { eventKindOf, eventKinds } from './event-kinds.js';

test('every kind of event that members see has its word', () => {
  const proto = readFileSync(join(import.meta.dirname, '../../../proto/plaza/v1/client.proto'), 'utf8');
  const [, oneof = ''] = /message Event \{.*?oneof kind \{(.*?)\n {2}\}/s.exec(proto) ?? [];
  const [seen = ''] = oneof.split("// The room's own book-keeping");
  const fields = [...seen.matchAll(/\w+ (\w+) = \d+;/g)].map(([, name = '']) => name.replaceAll('_', '-'));
  expect(eventKinds).toEqual(fields);
});

test.each([
  [{ messageRecalled: { recalled: '5' } }, 'message-recalled'],
  [{ timedMuted: { seconds: 5 } }, 'timed-muted'],
  [{ pinned: {} }, 'pinned'],
  [{ away: {} }, undefined],
  [{}, undefined],
])('%j is %s', (event, kind) => {
  expect(eventKindOf(Event.fromJSON(event))).toBe(kind);
});
