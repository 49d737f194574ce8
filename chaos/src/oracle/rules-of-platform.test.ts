import { describe, expect, test } from '@jest/globals';
import { QueueChange, Role, type Event, type QueueElement } from '@plaza/proto/client';
import { markOf } from '../mark.js';
import type { AuditEntry, AuditReading, Readers, WebhookDelivery, WebhookReading } from '../readings.js';
import { isAct } from './acts.js';
import { audit } from './audit.js';
import { Tale, wrongs } from './tale.fixture.js';
import { webhooks } from './webhooks.js';
import { wordOf } from './word.js';

type Kind = NonNullable<Event['kind']>;
const muted: Kind = { $case: 'muted', value: {} };
const muteOfAnn: Partial<Event> = { operator: 'host', targets: ['ann'], kind: muted };

describe('webhooks', () => {
  const told = (): Tale => {
    const tale = new Tale();
    tale.accepted('ann');
    tale.log(muteOfAnn);
    tale.log({ ...muteOfAnn, kind: { $case: 'unmuted', value: {} } });
    tale.accepted('bob');
    return tale;
  };
  const tale = told();
  const delivery = (position: number): WebhookDelivery => {
    const event = tale.event(position);
    return { room: 'lobby', position, kind: wordOf(event), mark: markOf(event) };
  };
  const reading = (positions: number[], more: Partial<WebhookReading> = {}): Readers => ({
    webhooks: { kinds: ['message', 'muted'], deliveries: positions.map(delivery), forged: 0, refused: 0, ...more },
  });
  const judged = (readers: Readers, lastCall = 40): string[] => wrongs(tale.judge(webhooks, readers, lastCall));

  test('a delivery may come again, none may be missing or late', () => {
    expect(tale.judge(webhooks, reading([10, 20, 10, 20, 40]), 40)).toMatchObject({ checked: 4, charges: [] });
    expect(judged(reading([10, 40]))).toEqual(['muted was never delivered']);
    expect(judged(reading([20, 10, 40]))).toEqual(['first delivered behind 20']);
  });

  test('what is behind the last call or not asked for need not have come; what members are not told has to', () => {
    expect(judged(reading([10, 20]), 20)).toEqual([]);
    const other = new Tale();
    other.log(muteOfAnn, { audience: undefined });
    expect(wrongs(other.judge(webhooks, reading([]), 10))).toEqual(['muted was never delivered']);
  });

  test.each<[string, Partial<WebhookReading>, string]>([
    [
      'an event that is not in the log',
      { deliveries: [{ ...delivery(10), position: 15 }] },
      'message was delivered, the log has undefined',
    ],
    ['another content', { deliveries: [{ ...delivery(10), mark: 1 }] }, 'the log has message of another content'],
    ['another kind', { deliveries: [{ ...delivery(20), kind: 'unmuted' }] }, 'unmuted was delivered, the log has muted'],
    ['what was not asked for', { deliveries: [delivery(30)] }, 'unmuted was delivered, and not asked for'],
    ['a wrong signature', { forged: 2 }, '2 requests had a wrong signature'],
  ])('%s is wrong', (_, more, why) => expect(judged(reading([], more), 0)).toEqual([expect.stringContaining(why)]));
});

describe('audit', () => {
  const tale = new Tale();
  tale.accepted('ann');
  tale.log(muteOfAnn);
  tale.log({ operator: '', targets: ['ann'], kind: { $case: 'unmuted', value: {} } }, { apiKey: 'root-0' });
  tale.log({ operator: '', targets: ['ann'], kind: { $case: 'timedUnmuted', value: { secondsLeft: 0 } } });
  tale.managed('unmuted', 'ann', 30);
  const entries: readonly AuditEntry[] = [
    { room: 'lobby', position: 30, act: 'unmuted', operator: '', apiKey: 'root-0', targets: ['ann'] },
    { room: 'lobby', position: 20, act: 'muted', operator: 'host', apiKey: '', targets: ['ann'] },
  ];
  const judged = (more: Partial<AuditReading> = {}): string[] => wrongs(tale.judge(audit, readingOf(more), 40));
  const readingOf = (more: Partial<AuditReading>): Readers => ({ audit: { entries, flaws: [], verified: 2, ...more } });

  test('an act is audited once, as it was', () => {
    expect(tale.judge(audit, readingOf({}), 40)).toMatchObject({ checked: 6, charges: [] });
    expect(judged({ entries: entries.slice(0, 1) })).toEqual(['muted is in the audit log 0 times']);
    expect(judged({ entries: entries.slice(1) })).toEqual([
      'unmuted is in the audit log 0 times',
      'platform-1 (unmuted of ann): done, and not audited as by the server API',
    ]);
    expect(judged({ entries: [...entries, entries[1]!], verified: 3 })).toEqual(['muted is in the audit log 2 times']);
  });

  test.each<[string, Partial<AuditEntry>, string]>([
    ['another operator', { operator: 'eve' }, 'audited muted|eve||ann, logged muted|host||ann'],
    ['another target', { targets: ['bob'] }, 'audited muted|host||bob'],
    ['a key where there was none', { apiKey: 'root-0' }, 'audited muted|host|root-0|ann'],
    ['another act', { act: 'blocked' }, 'audited blocked|host||ann'],
  ])('%s is wrong', (_, more, why) => {
    expect(judged({ entries: [entries[0]!, { ...entries[1]!, ...more }] })).toEqual([expect.stringContaining(why)]);
  });

  test('what is no act, or nothing at all, is not to be audited', () => {
    const more = (position: number): AuditEntry[] => [...entries, { ...entries[0]!, position, act: 'timed-unmuted' }];
    expect(judged({ entries: more(40), verified: 3 })).toEqual([expect.stringContaining('timed-unmuted there, which is no act')]);
    expect(judged({ entries: more(50), verified: 3 })).toEqual(['audited timed-unmuted, the log has nothing there']);
  });

  test('a chain that does not verify, or not all of what was read, is wrong', () => {
    expect(judged({ flaws: ['chain 1: number 7: changed'] })).toEqual(['chain 1: number 7: changed']);
    expect(judged({ verified: 1 })).toEqual(['1 entries verify, 2 were read']);
  });

  test('what the server API called done is in the log as that', () => {
    const other = new Tale();
    other.managed('muted', 'bob', other.log(muteOfAnn, { apiKey: 'root-0' }));
    const [entry] = [{ ...entries[1]!, position: 10, apiKey: 'root-0' }];
    expect(wrongs(other.judge(audit, readingOf({ entries: [entry] }), 10))).toEqual([
      'platform-1 (muted of bob): done, and the log has muted there',
    ]);
  });
});

describe('an act', () => {
  const owned = (owner: string): QueueElement => ({ key: 'a', value: '', owner, transient: false, revision: 1 });
  const queue = (change: QueueChange, owner: string): Kind => ({
    $case: 'queueChanged',
    value: { change, elements: [owned(owner)], previous: [], size: 0 },
  });
  const attributes = (owner: string): Kind => ({
    $case: 'attributesChanged',
    value: { set: [], removed: ['a'], previous: [{ key: 'a', value: '', owner, revision: 1, withOwner: false, updatedMs: 0 }] },
  });
  const recall = (recalled: number, account: string): Kind => ({ $case: 'messageRecalled', value: { recalled, account, sinceMs: 0 } });

  test.each<[string, Kind, boolean]>([
    ['a mute', muted, true],
    ['a role', { $case: 'roleChanged', value: { role: Role.ROLE_REGULAR, previous: Role.ROLE_GUEST } }, true],
    ['the recall of an own message', recall(5, 'ann'), false],
    ['the recall of another one', recall(5, 'bob'), true],
    ['the recall of all of an account', recall(0, 'ann'), true],
    ['an own element polled', queue(QueueChange.QUEUE_CHANGE_POLL, 'ann'), false],
    ['the element of another polled', queue(QueueChange.QUEUE_CHANGE_POLL, 'bob'), true],
    ['a queue emptied', queue(QueueChange.QUEUE_CHANGE_DROP, 'ann'), true],
    ['what goes with its owner', queue(QueueChange.QUEUE_CHANGE_OWNER_LEFT, 'bob'), false],
    ['an own attribute', attributes('ann'), false],
    ['the attribute of another', attributes('bob'), true],
  ])('%s: %o is one: %s', (_, kind, is) => {
    const tale = new Tale();
    const position = tale.log({ operator: 'ann', targets: ['bob'], kind });
    const event = tale.event(position);
    expect(isAct({ event, apiKey: '' } as Parameters<typeof isAct>[0])).toBe(is);
  });
});
