import { describe, expect, test } from '@jest/globals';
import { Body, Event, Message, MessageClass } from '@plaza/proto/client';
import { textKey } from './content/text-key.js';
import { account } from './rooms.arbitrary.js';
import { Recent } from './recent.js';

const note = (recent: Recent, position: number, timeMs: number, more: Partial<Message> = {}) => {
  const value = Message.create({ account: 'gus', class: MessageClass.MESSAGE_CLASS_NORMAL, ...more });
  const event = Event.create({ position, timeMs, kind: { $case: 'message', value } });
  recent.note(event, Event.encode(event).finish(), 'all');
};

describe('the memory of a room', () => {
  test('forgets after two minutes, and all but a thousand where 250 more have come', () => {
    const recent = new Recent();
    note(recent, 1, 1000, { commandId: 'c' });
    recent.forgetOld(121_000);
    expect([recent.find(1)?.position, recent.lastSentMs(account('gus'))]).toEqual([1, 1000]);
    recent.forgetOld(121_001);
    expect([recent.find(1), recent.findSent(account('gus'), 'c'), recent.lastSentMs(account('gus'))]).toEqual([undefined, undefined, 0]);
    for (let i = 0; i <= 1250; i++) note(recent, 10 + i, 200_000 + i);
    expect([recent.find(10 + 250), recent.find(10 + 251)?.position]).toEqual([undefined, 261]);
  });

  test('finds what an author named among more than a thousand others that nobody did', () => {
    const recent = new Recent();
    note(recent, 1, 1000, { commandId: 'c' });
    for (let i = 0; i < 2000; i++) note(recent, 2 + i, 1001 + i, { account: 'ann' });
    expect([recent.find(1), recent.findSent(account('gus'), 'c')?.position]).toEqual([undefined, 1]);
  });

  test('knows when somebody last spoke for two minutes, also where others speak all the time', () => {
    const recent = new Recent();
    const [gus, bob] = [account('gus'), account('bob')];
    for (let second = 1; second <= 400; second++) {
      const ms = second * 1000;
      note(recent, second, ms, { account: 'ann' });
      if (second === 119 || second === 250) note(recent, 1000 + second, ms, { account: 'bob' });
      if (second >= 119 && second <= 239) expect(recent.lastSentMs(bob)).toBe(119_000);
      if (second > 240 && second < 250) expect(recent.lastSentMs(bob)).toBe(0);
      if (second >= 250 && second <= 370) expect(recent.lastSentMs(bob)).toBe(250_000);
    }
    expect([recent.lastSentMs(gus), recent.lastSentMs(bob)]).toEqual([0, 0]);
  });

  test('knows when somebody spoke after a holder whose clock was ahead', () => {
    const recent = new Recent();
    note(recent, 1, 4_000_000, { account: 'ann' });
    recent.forgetOld(4_000_000);
    note(recent, 2, 1_000_000, {});
    expect(recent.lastSentMs(account('gus'))).toBe(1_000_000);
  });

  test('knows who said what, and is empty when all of that is old', () => {
    const recent = new Recent();
    const body = Body.fromJSON({ text: { text: 'Hello' } });
    note(recent, 1, 1000, { body });
    expect(recent.lastSaidMs(account('gus'), textKey(body))).toBe(1000);
    note(recent, 2, 2000, { body });
    recent.forgetOld(121_500);
    expect([recent.lastSaidMs(account('gus'), textKey(body)), recent.empty]).toEqual([2000, false]);
    recent.forgetOld(122_001);
    expect([recent.lastSaidMs(account('gus'), textKey(body)), recent.empty]).toEqual([0, true]);
  });

  test('gives back the message that was noted', () => {
    const recent = new Recent();
    note(recent, 1, 1000, { nickname: 'Gus', commandId: 'c' });
    const kind = { $case: 'message', value: { nickname: 'Gus', commandId: 'c' } };
    expect(recent.find(1)).toMatchObject({ position: 1, timeMs: 1000, account: 'gus', audience: 'all', event: { position: 1, kind } });
  });

  test('knows a message for as long as its author may take it back, and the rest of it no longer than two minutes', () => {
    const recent = new Recent(() => 600_000);
    note(recent, 1, 1000, { commandId: 'c' });
    note(recent, 2, 300_000);
    recent.forgetOld(601_000);
    expect([recent.find(1)?.position, recent.findSent(account('gus'), 'c')?.position]).toEqual([1, 1]);
    expect(recent.lastSentMs(account('gus'))).toBe(0);
    recent.forgetOld(601_001);
    expect([recent.find(1), recent.findSent(account('gus'), 'c'), recent.find(2)?.position]).toEqual([undefined, undefined, 2]);
  });

  test('counts the last second by class', () => {
    const recent = new Recent();
    for (let i = 0; i < 5; i++) note(recent, i + 1, 10_000 + i * 100);
    note(recent, 9, 10_450, { class: MessageClass.MESSAGE_CLASS_HIGH });
    expect(recent.countOf(MessageClass.MESSAGE_CLASS_NORMAL, 10_500)).toBe(5);
    expect(recent.countOf(MessageClass.MESSAGE_CLASS_HIGH, 10_500)).toBe(1);
    expect(recent.countOf(MessageClass.MESSAGE_CLASS_NORMAL, 11_200)).toBe(2);
    expect(recent.countOf(MessageClass.MESSAGE_CLASS_NORMAL, 13_000)).toBe(0);
  });

  test('gives class high again for thirty seconds, where the message does not opt out', () => {
    const recent = new Recent();
    const high = { class: MessageClass.MESSAGE_CLASS_HIGH };
    note(recent, 1, 1000, high);
    note(recent, 2, 2000, { ...high, notAgain: true });
    note(recent, 3, 3000);
    note(recent, 4, 4000, high);
    expect(recent.highSince(500).map(({ position }) => position)).toEqual([1, 4]);
    expect(recent.highSince(1001).map(({ position }) => position)).toEqual([4]);
  });
});
