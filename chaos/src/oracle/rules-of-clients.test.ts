import { describe, expect, test } from '@jest/globals';
import type { Direct } from '@plaza/proto/client';
import { accepted } from './accepted.js';
import { answers } from './answers.js';
import { directed } from './directed.js';
import { refused } from './refused.js';
import { removed } from './removed.js';
import { seen } from './seen.js';
import { Tale, wrongs } from './tale.fixture.js';

const no = (code: string) => ({ $case: 'refused', value: { code, why: '', retryAfterMs: undefined } }) as const;

describe('answers', () => {
  test('one reply each, or a closed connection', () => {
    const tale = new Tale();
    const told = tale.say('ann');
    tale.answer('ann', told, no('muted'));
    tale.say('ann');
    tale.note('ann', { kind: 'closed', code: 1006 });
    tale.pass(60_000);
    expect(tale.judge(answers)).toMatchObject({ checked: 2, charges: [] });
  });

  test('two replies, one to nothing, and silence are wrong', () => {
    const tale = new Tale();
    const told = tale.say('ann');
    tale.answer('ann', told, no('muted'));
    tale.answer('ann', told, no('muted'));
    tale.say('ann');
    tale.note('ann', { kind: 'reply', id: 99, command: -1, reply: { id: 99, head: 0, result: undefined } });
    tale.pass(30_000);
    expect(wrongs(tale.judge(answers))).toEqual([
      expect.stringContaining('2 replies'),
      expect.stringContaining('silence for 30020 ms'),
      expect.stringContaining('a reply to id 99'),
    ]);
  });

  test('an answer may not take longer than every time-out', () => {
    const tale = new Tale();
    const told = tale.say('ann');
    tale.pass(26_000);
    tale.answer('ann', told, no('muted'));
    expect(wrongs(tale.judge(answers))).toEqual([expect.stringContaining('answered after 26000 ms')]);
  });
});

describe('accepted', () => {
  test('what was accepted is in the log where it was told to be', () => {
    const tale = new Tale();
    tale.accepted('ann');
    tale.accepted('ann');
    expect(tale.judge(accepted)).toMatchObject({ checked: 4, charges: [] });
  });

  test.each([
    ['nothing there', (tale: Tale, command: number) => tell(tale, command, 7), 'nothing at the position told'],
    [
      'another message there',
      (tale: Tale, command: number) => (tale.accepted('bob'), tell(tale, command, 10)),
      'the log says that bob did it',
    ],
    [
      'another kind there',
      (tale: Tale, command: number) => tell(tale, command, tale.log({ operator: 'ann', kind: { $case: 'roomMuted', value: {} } })),
      'the log has roomMuted there',
    ],
  ])('%s is wrong', (_, happens, why) => {
    const tale = new Tale();
    happens(tale, tale.say('ann'));
    expect(wrongs(tale.judge(accepted))).toContainEqual(expect.stringContaining(why));
  });

  function tell(tale: Tale, command: number, position: number): void {
    tale.answer('ann', command, { $case: 'accepted', value: { messageId: String(position), position } });
  }

  test('another text, a message twice in the log, and one that nobody sent are wrong', () => {
    const tale = new Tale();
    const command = tale.say('ann');
    const other = { ...tale.messageOf('ann', command) };
    other.kind = {
      $case: 'message',
      value: {
        ...(other.kind as { value: object }).value,
        body: { ext: '', content: { $case: 'text', value: { text: 'forged' } } },
      } as never,
    };
    tell(tale, command, tale.log(other));
    tale.log(tale.messageOf('ann', command));
    const unsent = tale.say('eve');
    const forged = tale.messageOf('eve', unsent);
    tale.log({
      operator: 'ann',
      kind: { $case: 'message', value: { ...(forged.kind as { value: object }).value, account: 'ann', commandId: 'x' } as never },
    });
    expect(wrongs(tale.judge(accepted))).toEqual([
      expect.stringContaining('logged {"ext":"","content":{"$case":"text","value":{"text":"forged"}}}'),
      'ann-0: logged at 10 too',
      'x: nobody sent it',
    ]);
  });

  test('a repeat is told the same', () => {
    const tale = new Tale();
    const position = tale.accepted('ann');
    tale.pass(10);
    tale.again('ann', 0);
    tell(tale, 0, position);
    expect(wrongs(tale.judge(accepted))).toEqual([]);
    tale.again('ann', 0);
    tale.answer('ann', 0, no('muted'));
    expect(wrongs(tale.judge(accepted))).toEqual(['ann-0: it happened, and a repeat was answered muted']);
    tell(tale, 0, position + 10);
    expect(wrongs(tale.judge(accepted))).toEqual(['ann-0: told 10 and 20']);
  });

  test('an answer to a moderation names its own event', () => {
    const tale = new Tale();
    const mute = tale.ask('host', { $case: 'muteMember', value: { account: 'bob', notice: undefined } });
    const position = tale.log({ operator: 'host', targets: ['ann'], kind: { $case: 'muted', value: {} } });
    tale.answer('host', mute, { $case: 'done', value: { position, secondsLeft: undefined } });
    expect(wrongs(tale.judge(accepted))).toEqual(['host-0 (muteMember): of bob, logged of ann']);
  });
});

describe('refused', () => {
  test('what was refused is not in the log; what was tried again is left open', () => {
    const tale = new Tale();
    tale.answer('ann', tale.say('ann'), no('muted'));
    const open = tale.say('ann');
    tale.note('ann', { kind: 'closed', code: 1006 });
    tale.again('ann', open, 2);
    tale.answer('ann', open, no('not-joined'), 0, 2);
    tale.log(tale.messageOf('ann', open));
    expect(tale.judge(refused)).toMatchObject({ checked: 1, charges: [] });
  });

  test.each([no('muted'), { $case: 'sampled', value: { by: 'share' } } as const, { $case: 'unchanged', value: {} } as const])(
    '%o and in the log is wrong',
    (result) => {
      const tale = new Tale();
      const command = tale.say('ann');
      tale.answer('ann', command, result);
      tale.log(tale.messageOf('ann', command));
      expect(tale.judge(refused).charges).toMatchObject([{ account: 'ann', position: 10 }]);
    },
  );
});

describe('seen', () => {
  const three = (tale: Tale): number[] => [tale.accepted('ann'), tale.accepted('ann'), tale.accepted('ann')];

  test('everything once and in order, over a resume and an open gap', () => {
    const tale = new Tale();
    tale.join('bob');
    three(tale);
    tale.see('bob', 0, 20, [10, 20]);
    tale.note('bob', { kind: 'closed', code: 1006 });
    tale.join('bob', 30, 20, { connection: 2 });
    tale.see('bob', 20, 30, [30], 2);
    three(tale);
    tale.note('bob', { kind: 'incomplete', room: tale.room, after: 30, until: 50, connection: 2 });
    tale.see('bob', 50, 60, [60], 2);
    expect(tale.judge(seen, {}, 60)).toMatchObject({ checked: 6, charges: [] });
  });

  test.each<[string, (tale: Tale) => void, string]>([
    ['a batch lost', (tale) => (tale.see('bob', 0, 10), tale.see('bob', 20, 30)), 'a gap: 20-30 at 10'],
    ['an event lost behind a whole chain', (tale) => tale.see('bob', 0, 30, [10, 30]), 'never saw message'],
    ['a batch twice', (tale) => (tale.see('bob', 0, 30, [10, 20, 30]), tale.see('bob', 20, 30)), 'a repeat: 20-30 at 30'],
    ['an event twice', (tale) => tale.see('bob', 0, 30, [10, 20, 20, 30]), 'twice or out of order'],
    ['out of order', (tale) => tale.see('bob', 0, 30, [20, 10, 30]), 'twice or out of order'],
    ['the end missing', (tale) => tale.see('bob', 0, 20, [10, 20]), 'read to 20, the last call is at 30'],
    ['something of nowhere', (tale) => (tale.see('bob', 0, 30, [10, 20, 30]), tale.see('eve', 0, 10)), 'in which the connection was not'],
    [
      'a range that does not begin where it was',
      (tale) => (tale.see('bob', 0, 10), tale.note('bob', { kind: 'incomplete', room: tale.room, after: 20, until: 30 })),
      'incomplete from 20, having read to 10',
    ],
    [
      'another content',
      (tale) =>
        tale.note('bob', {
          kind: 'batch',
          room: tale.room,
          prev: 0,
          last: 30,
          events: [10, 20, 30].map((position) => ({ position, kind: 'message', mark: 1 })),
        }),
      'saw another message',
    ],
  ])('%s is wrong', (_, happens, why) => {
    const tale = new Tale();
    tale.join('bob');
    three(tale);
    happens(tale);
    expect(wrongs(tale.judge(seen, {}, 30))).toContainEqual(expect.stringContaining(why));
  });

  test('what has an audience is for who has the tags, and what is for nobody for nobody', () => {
    const tale = new Tale();
    for (const name of ['ann/red', 'bob/blue', 'cat/red,front row']) tale.join(name);
    tale.log({ kind: { $case: 'roomMuted', value: {} } }, { audience: '(red and "front row") or blue' });
    tale.log({ kind: { $case: 'roomUnmuted', value: {} } }, { audience: undefined });
    tale.see('ann/red', 0, 20, []);
    tale.see('bob/blue', 0, 20, [10]);
    tale.see('cat/red,front row', 0, 20, [10, 20]);
    expect(tale.judge(seen, {}, 20).charges).toMatchObject([{ account: 'cat', position: 20 }]);
  });
});

describe('removed', () => {
  const kick = (tale: Tale): number =>
    tale.log({ operator: 'host', targets: ['ann'], kind: { $case: 'kicked', value: { reason: '', refusedUntilMs: 0 } } });

  test('who was removed says something when it has entered again, and not before', () => {
    const good = new Tale();
    good.join('ann');
    good.accepted('ann');
    kick(good);
    good.join('ann');
    good.accepted('ann');
    expect(good.judge(removed)).toMatchObject({ checked: 1, charges: [] });

    const bad = new Tale();
    bad.join('ann');
    kick(bad);
    bad.accepted('ann');
    expect(bad.judge(removed).charges).toMatchObject([{ account: 'ann', position: 20 }]);
  });
});

describe('directed', () => {
  const tell = (tale: Tale, sessions: number): number => {
    const command = tale.say('ann', { receivers: ['bob', 'cat'] });
    tale.answer('ann', command, { $case: 'delivered', value: { sessions, absent: ['cat'] } });
    return command;
  };
  const get = (tale: Tale, name: string, command: number, connection = 1): void => {
    const message = (tale.messageOf('ann', command).kind as { value: Direct['message'] }).value;
    tale.note(name, {
      kind: 'direct',
      connection,
      direct: { room: tale.room, after: 0, timeMs: 0, message, receivers: name === 'ann' ? ['bob'] : [] },
    });
  };

  test('its receivers get it, and its sender’s other devices', () => {
    const tale = new Tale();
    const command = tell(tale, 1);
    get(tale, 'bob', command);
    get(tale, 'ann', command);
    expect(tale.judge(directed)).toMatchObject({ checked: 4, charges: [] });
  });

  /** Bob hears something before and after; cat was called absent. */
  const heard = (tale: Tale, name: string): void =>
    tale.note(name, { kind: 'signal', room: tale.room, head: 0, stale: false, settling: false });
  const absence = (happens: (tale: Tale) => void): string[] => {
    const tale = new Tale();
    tale.join('cat');
    heard(tale, 'cat');
    tale.pass(10);
    tell(tale, 1);
    tale.pass(10);
    happens(tale);
    tale.pass(10_000);
    return wrongs(tale.judge(directed));
  };

  test('who is there all the time is not called absent', () => {
    expect(absence((tale) => heard(tale, 'cat'))).toEqual(['ann-0: cat was said to be absent, and was there on cat']);
    expect(absence(() => undefined)).toEqual([]);
    expect(absence((tale) => (heard(tale, 'cat'), tale.note('cat', { kind: 'closed', code: 1006 })))).toEqual([]);
  });

  test('what a holder delivered that died before it answered is not counted', () => {
    const tale = new Tale();
    tale.append({ batches: [tale.batch()] });
    const command = tale.say('ann', { receivers: ['bob'] });
    get(tale, 'bob', command);
    tale.pass(10);
    tale.claim();
    tale.pass(10);
    tale.answer('ann', command, { $case: 'delivered', value: { sessions: 0, absent: ['bob'] } });
    expect(wrongs(tale.judge(directed))).toEqual([]);
    get(tale, 'bob', command, 2);
    expect(wrongs(tale.judge(directed))).toEqual(['ann-0: 1 sessions got it, told 0', 'ann-0: bob got it, and was said to be absent']);
  });

  test.each<[string, (tale: Tale, command: number) => void, string]>([
    ['a stranger', (tale, command) => get(tale, 'eve', command), 'eve got ann-0, which is for bob,cat'],
    ['twice on a connection', (tale, command) => (get(tale, 'bob', command), get(tale, 'bob', command)), 'bob connection 1 got it twice'],
    ['more than were told', (tale, command) => (get(tale, 'bob', command), get(tale, 'bob', command, 2)), '2 sessions got it, told 1'],
    ['who was said to be absent', (tale, command) => get(tale, 'cat', command), 'cat got it, and was said to be absent'],
  ])('%s is wrong', (_, happens, why) => {
    const tale = new Tale();
    happens(tale, tell(tale, 1));
    expect(wrongs(tale.judge(directed))).toContainEqual(expect.stringContaining(why));
  });
});
