import { describe, expect, test } from '@jest/globals';
import { Event, MessageClass } from '@plaza/proto/client';
import fc from 'fast-check';
import { decide } from '../decide.js';
import { Recent } from '../recent.js';
import { act, api, command, contextOf, inShort, json, lobby, people, presenceOf, session, startMs } from '../rooms.arbitrary.js';
import type { Command, Context, CreatedRoom, Decision, SessionActor } from '../types.js';

/** A room with a memory, as its holder keeps it. */
class Talk {
  readonly room: CreatedRoom = lobby();
  readonly recent = new Recent();
  nowMs = startMs + 60_000;

  set(settings: Record<string, unknown>): this {
    act(this.room, json({ changeSettings: { settings } }), contextOf(api()));
    return this;
  }

  context(actor: Context['actor'], commandId = ''): Context {
    return contextOf(actor, { recent: this.recent, nowMs: this.nowMs, commandId });
  }

  ask(asked: Command, actor: Context['actor'] = session(people.guest), commandId = ''): Decision {
    const decision = act(this.room, asked, this.context(actor, commandId));
    if ('events' in decision) {
      for (const { event, audience } of decision.events) this.recent.note(event, Event.encode(event).finish(), audience);
    }
    return decision;
  }
}

const refusal = (decision: Decision) => ('refusal' in decision ? decision.refusal : inShort(decision));
const say = (text: string, options: Record<string, unknown> = {}) => json({ sendMessage: { body: { text: { text } }, options } });

describe('the pace of a room', () => {
  test('slow mode lets a guest send once in its time and tells the wait; managers are exempt', () => {
    const talk = new Talk().set({ slowModeSeconds: 10 });
    expect(refusal(talk.ask(say('1')))).toBe('message accepted');
    talk.nowMs += 4000;
    expect(refusal(talk.ask(say('2')))).toMatchObject({ code: 'slow-mode', retryAfterMs: 6000 });
    for (const text of ['a', 'b']) expect(refusal(talk.ask(say(text), session(people.administrator)))).toBe('message accepted');
    talk.nowMs += 6000;
    expect(refusal(talk.ask(say('3')))).toBe('message accepted');
  });

  test('the same text is refused for its time, whatever its case, width and spaces', () => {
    const talk = new Talk().set({ sameTextSeconds: 30 });
    talk.ask(say('Hello  World'));
    talk.nowMs += 29_999;
    expect(refusal(talk.ask(say('ｈｅｌｌｏ world')))).toMatchObject({ code: 'same-text', retryAfterMs: 1 });
    expect(refusal(talk.ask(say('hello world'), session(people.regular)))).toBe('message accepted');
    expect(refusal(talk.ask(say('another')))).toBe('message accepted');
    talk.nowMs += 1;
    expect(refusal(talk.ask(say('hello world')))).toBe('message accepted');
  });

  test('who has just entered waits', () => {
    const talk = new Talk().set({ entryAgeSeconds: 90 });
    const fresh = session(people.guest, { enteredMs: talk.nowMs - 60_000 });
    expect(refusal(talk.ask(say('x'), fresh))).toMatchObject({ code: 'too-early', retryAfterMs: 30_000 });
    talk.nowMs += 30_000;
    expect(refusal(talk.ask(say('x'), fresh))).toBe('message accepted');
  });

  test('a moment that lies ahead, as after a clock was set back, keeps nobody waiting for it', () => {
    const talk = new Talk();
    const ahead = (ms: number): SessionActor => session(people.guest, { enteredMs: talk.nowMs + ms });
    expect(refusal(talk.ask(say('no time is set'), ahead(3_600_000)))).toBe('message accepted');
    talk.set({ entryAgeSeconds: 90 });
    expect(refusal(talk.ask(say('an hour ahead'), ahead(3_600_000)))).toBe('message accepted');
    expect(refusal(talk.ask(say('a little ahead'), ahead(20)))).toMatchObject({ code: 'too-early', retryAfterMs: 90_000 });
    talk.set({ entryAgeSeconds: 0, slowModeSeconds: 10, sameTextSeconds: 30 });
    talk.ask(say('again'));
    talk.nowMs -= 3_600_000;
    expect(refusal(talk.ask(say('again')))).toBe('message accepted');
  });

  test.each<[string, Partial<SessionActor>, string]>([
    ['no label', {}, 'gate-closed'],
    ['a label of a lower level', { labels: [{ name: 'fan', level: 9, saved: false }] }, 'gate-closed'],
    ['the label', { labels: [{ name: 'fan', level: 10, saved: false }] }, ''],
    ['another label', { labels: [{ name: 'dj', level: 99, saved: false }] }, 'gate-closed'],
  ])('a gate for who has %s', (_, more, code) => {
    const talk = new Talk().set({ gates: { gates: [{ label: 'fan', leastLevel: 10 }] } });
    const outcome = refusal(talk.ask(say('x'), session(people.guest, more)));
    if (code === '') expect(outcome).toBe('message accepted');
    else expect(outcome).toMatchObject({ code, why: expect.stringContaining('fan') });
  });

  test('a label that a manager gave opens the gate, too', () => {
    const talk = new Talk().set({ gates: { gates: [{ label: 'fan' }] } });
    act(talk.room, json({ updateMember: { account: 'gus', labels: { labels: [{ name: 'fan' }] } } }), contextOf(api()));
    expect(refusal(talk.ask(say('x')))).toBe('message accepted');
  });
});

describe('budgets', () => {
  const high = { class: 'MESSAGE_CLASS_HIGH' };

  test('class high beyond ten a second is demoted, or refused where its sender wants that', () => {
    const talk = new Talk();
    for (let i = 0; i < 10; i++) expect(refusal(talk.ask(say(`${i}`, high)))).toBe('message accepted');
    const demoted = talk.ask(say('11', high));
    expect('events' in demoted && demoted.events[0]!.event.kind).toMatchObject({ value: { class: MessageClass.MESSAGE_CLASS_NORMAL } });
    expect(refusal(talk.ask(say('12', { ...high, overBudget: 'OVER_BUDGET_REFUSE' })))).toMatchObject({ code: 'over-budget' });
    talk.nowMs += 1000;
    const again = talk.ask(say('13', high));
    expect('events' in again && again.events[0]!.event.kind).toMatchObject({ value: { class: MessageClass.MESSAGE_CLASS_HIGH } });
  });

  test('what is over a budget of the other classes is dropped, said to be, and counted for the next batch', () => {
    const talk = new Talk().set({ normalPerSecond: 2, lowPerSecond: 1 });
    expect([1, 2, 3].map((n) => inShort(talk.ask(say(`${n}`))))).toEqual(['message accepted', 'message accepted', 'sampled']);
    const low = [1, 2].map((n) => talk.ask(say(`l${n}`, { class: 'MESSAGE_CLASS_LOW' })));
    expect(low.map(inShort)).toEqual(['message accepted', 'sampled']);
    expect(low[1]).toMatchObject({ reply: { value: { by: 'budget' } }, effects: { skipped: MessageClass.MESSAGE_CLASS_LOW } });
  });

  test('a share is dropped by a hash of the command: as many as asked for, a repeat the same', () => {
    const room = lobby();
    const outcome = (id: string) => inShort(decide(room, say('x', { sampling: 3000 }), contextOf(session('gus'), { commandId: id })));
    const outcomes = Array.from({ length: 10_000 }, (_, i) => outcome(`c${i}`));
    expect(Math.abs(outcomes.filter((one) => one === 'sampled').length - 3000)).toBeLessThan(200);
    expect(Array.from({ length: 100 }, (_, i) => outcome(`c${i}`))).toEqual(outcomes.slice(0, 100));
  });
});

describe('directed messages', () => {
  const presence = presenceOf({ gus: 1, rita: 2, otto: 1 });
  const ask = (options: Record<string, unknown>, actor = session('gus')) =>
    decide(lobby(), say('psst', options), contextOf(actor, { presence }));

  test('have no event, reach every session of the named, and say who is absent', () => {
    expect(ask({ receivers: ['rita', 'otto', 'rita', 'zoe'] })).toMatchObject({
      events: [],
      reply: { $case: 'delivered', value: { sessions: 3, absent: ['zoe'] } },
      effects: { direct: { receivers: ['rita', 'otto'], message: { account: 'gus' } } },
    });
  });

  test.each([[{ receivers: ['rita'], store: true }], [{ receivers: ['rita'], audience: 'vip' }], [{ receivers: ['not an account'] }]])(
    'are refused: %j',
    (options) => expect(inShort(ask(options))).toBe('no: bad-request'),
  );

  test.each([
    ['muteMember', { account: 'gus' }],
    ['timedMuteMember', { account: 'gus', seconds: 9 }],
    ['muteRoom', {}],
    ['blockMember', { account: 'gus' }],
  ])('obey %s like others', (name, value) => {
    const room = lobby();
    act(room, json({ [name]: value }), contextOf(api(), { presence }));
    expect(inShort(decide(room, say('psst', { receivers: ['rita'] }), contextOf(session('gus'), { presence })))).toMatch(
      /^no: (muted|timed-muted|room-muted|blocked)$/,
    );
    expect(inShort(decide(room, json({ react: { kind: 'x' } }), contextOf(session('gus'), { presence })))).toMatch(/^no: /);
  });
});

describe('the server API as an account', () => {
  test('obeys its mutes, but a timed one where it asks to ignore that', () => {
    const room = lobby();
    act(room, command.timedMute('gus', 60), contextOf(api()));
    expect(inShort(decide(room, say('x'), contextOf(api(undefined, 'gus'))))).toBe('no: timed-muted');
    expect(inShort(decide(room, say('x', { ignoreTimedMute: true }), contextOf(api(undefined, 'gus'))))).toBe('message accepted');
    act(room, command.mute('gus'), contextOf(api()));
    expect(inShort(decide(room, say('x', { ignoreTimedMute: true }), contextOf(api(undefined, 'gus'))))).toBe('no: muted');
    expect(inShort(decide(room, say('x', { ignoreTimedMute: true }), contextOf(session('gus'))))).toBe('no: muted');
    expect(inShort(decide(lobby(), say('x', { ignoreTimedMute: true }), contextOf(session('gus'))))).toBe('no: not-allowed');
    expect(inShort(decide(lobby(), say('x', { platformExt: 'x' }), contextOf(session('gus'))))).toBe('no: not-allowed');
  });
});

describe('recall and pin', () => {
  const talkWith = () => {
    const talk = new Talk();
    const first = talk.ask(say('oops'), session('gus'), 'mine');
    const position = 'events' in first ? first.events[0]!.event.position : 0;
    return { talk, position };
  };

  test('an author takes back within two minutes, by any name of the message', () => {
    const { talk, position } = talkWith();
    const sentMs = talk.nowMs;
    for (const by of [
      { messageId: String(position) },
      { account: 'gus', sentCommandId: 'mine' },
      { account: 'gus', sentMs: String(sentMs) },
    ]) {
      expect(inShort(decide(talk.room, json({ recallMessage: by }), talk.context(session('gus'))))).toBe('messageRecalled done');
      expect(inShort(decide(talk.room, json({ recallMessage: by }), talk.context(session('otto'))))).toBe('no: not-allowed');
      expect(inShort(decide(talk.room, json({ recallMessage: by }), talk.context(session('adam'))))).toBe('messageRecalled done');
    }
    talk.nowMs += 120_000;
    const late = (actor: string) =>
      inShort(decide(talk.room, json({ recallMessage: { messageId: String(position) } }), talk.context(session(actor))));
    expect(late('gus')).toBe('messageRecalled done');
    talk.nowMs += 1;
    expect([late('gus'), late('adam')]).toEqual(['no: too-late', 'messageRecalled done']);
  });

  test.each([
    [{ messageId: '999999999999999' }, 'no: not-found'],
    [{ messageId: 'x' }, 'no: not-found'],
    [{ account: 'gus' }, 'no: bad-request'],
    [{ account: 'gus', sentCommandId: 'other' }, 'no: not-found'],
    [{ silent: true, messageId: '1' }, 'no: not-allowed'],
  ])('%j: %s', (by, outcome) =>
    expect(inShort(decide(talkWith().talk.room, json({ recallMessage: by }), contextOf(session('adam'))))).toBe(outcome),
  );

  test('by the server API silently, nobody is told', () => {
    const { talk, position } = talkWith();
    expect(inShort(decide(talk.room, json({ recallMessage: { messageId: String(position), silent: true } }), talk.context(api())))).toBe(
      '-messageRecalled done',
    );
  });

  test('a pinned message that is taken back is not pinned any longer; another one replaces it', () => {
    const { talk, position } = talkWith();
    expect(inShort(talk.ask(json({ pinMessage: { messageId: String(position) } }), session('adam')))).toBe('pinned done');
    expect(talk.room.pinned).toMatchObject({ messageId: String(position), operator: 'adam', message: { account: 'gus' } });
    talk.ask(json({ recallMessages: { account: 'gus' } }), session('adam'));
    expect(talk.room.pinned).toBeUndefined();
    expect(inShort(talk.ask(json({ pinMessage: { messageId: '5' } }), session('adam')))).toBe('no: not-found');
    expect(inShort(talk.ask(json({ pinMessage: { messageId: '5', message: { body: { text: { text: 'old' } } } } }), api()))).toBe(
      'pinned done',
    );
  });
});

test('from an accepted mute, block or kick on, and before its lifting, no message of the account is decided', () => {
  const actor = fc.constantFrom('gus', 'rita', 'adam');
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constant('say' as const), actor) },
    fc.tuple(
      fc.constantFrom('muteMember' as const, 'unmuteMember' as const, 'blockMember' as const, 'unblockMember' as const),
      fc.constantFrom('gus', 'rita'),
    ),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const talk = new Talk();
      const silenced = new Map<string, Set<string>>([
        ['gus', new Set()],
        ['rita', new Set()],
        ['adam', new Set()],
      ]);
      for (const [what, name] of steps) {
        if (what === 'say') {
          const spoke = 'events' in talk.ask(say('x'), session(name));
          expect(spoke).toBe(silenced.get(name)!.size === 0);
          continue;
        }
        talk.ask(json({ [what]: { account: name } }), session('carla'));
        const mark = what.endsWith('muteMember') || what === 'unmuteMember' ? 'mute' : 'block';
        if (what.startsWith('un')) silenced.get(name)!.delete(mark);
        else silenced.get(name)!.add(mark);
      }
    }),
  );
});
