import { describe, expect, test } from '@jest/globals';
import { matchesAudience } from '@plaza/domain';
import { MemberControl } from '@plaza/proto/room';
import { FakeClock } from '@plaza/testkit';
import fc from 'fast-check';
import { catchUp } from './catch-up.js';
import { Drain } from './drain.js';
import { CountingFigures, feedOf, liveFor, member, type Member, type Part } from './feed.fixture.js';
import type { RoomFeed } from './room-feed.js';

const start = 10;

/** A feed with its drain, whose turns and time are the test's. */
class Stage {
  readonly clock = new FakeClock();
  readonly feed: RoomFeed;
  readonly #turns: (() => void)[] = [];

  constructor() {
    const made: { drain?: Drain } = {};
    const { feed, heard } = feedOf(undefined, {
      wake: (woken) => made.drain?.wake(woken),
      catchUp: (whose, session, serial) => catchUp(whose, session, serial, new CountingFigures()),
      now: () => this.clock.now(),
    });
    const released = (session: Member['session']): void => feed.release(session);
    const nextTurn = (task: () => void): unknown => this.#turns.push(task);
    made.drain = new Drain({ clock: this.clock, figures: heard.figures, nextTurn, busyShare: 0.6, released });
    this.feed = feed;
    feed.skipTo(start);
  }

  enter(tags: readonly string[], { json = false, at = this.feed.ring.tip, account = 'ann' } = {}): Member {
    const entered = member(this.feed, { tags, json, account });
    this.feed.attach(entered.session, at);
    return entered;
  }

  /** One event at `last`, and the rotation after it. */
  say(prev: number, last: number, audience: string): void {
    this.feed.onFrame(liveFor(prev, last, parts([audience, last])));
    this.turn(40);
  }

  turn(ms: number): void {
    this.clock.advance(ms);
    this.#turns.shift()?.();
  }

  settle(): void {
    for (let i = 0; i < 10_000 && (this.#turns.length > 0 || this.clock.pending > 0); i++) this.turn(10);
  }
}

const audiences = ['', 'a', 'b', 'a and b', 'a or c', '(a or b) and c', '"d d"'];
const someTags = fc.subarray(['a', 'b', 'c', 'd d']);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom('frame', 'lost', 'twice'),
      parts: fc.array(fc.record({ audience: fc.constantFrom(...audiences), events: fc.integer({ min: 1, max: 3 }) }), { maxLength: 4 }),
      hidden: fc.boolean(),
      change: fc.option(fc.record({ which: fc.nat(), tags: someTags }), { freq: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('enter' as const), tags: someTags, json: fc.boolean(), back: fc.nat({ max: 90 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('socket' as const), which: fc.nat(), status: fc.constantFrom(0, 1, 2) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('resume' as const), which: fc.nat(), back: fc.nat({ max: 90 }) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('turn' as const), ms: fc.nat({ max: 60 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A stretch of what a client gets: after a resume the next one begins. */
interface Stretch {
  readonly who: Member;
  readonly account: string;
  readonly from: number;
  /** Its tags when it began, and the room's tip then: changes up to there are in them. */
  readonly tags: readonly string[];
  readonly tip: number;
}

/** Plays steps and keeps what was said to whom. */
class Play {
  readonly stage = new Stage();
  readonly said: { readonly at: number; readonly audience: string }[] = [];
  readonly stretches: Stretch[] = [];
  /** Tags that an account has from a position on. */
  readonly changes: { readonly account: string; readonly from: number; readonly tags: readonly string[] }[] = [];
  #accounts = 0;
  #head = start;
  readonly #lost: Uint8Array[] = [];

  run(steps: readonly Step[]): void {
    for (const one of steps) this.#play(one);
    for (const { who } of this.stretches) {
      who.socket.status = 1;
      who.connection.blocked = false;
    }
    this.#say([{ audience: '', events: 1 }], false, 'frame');
    this.stage.settle();
  }

  #play(one: Step): void {
    if ('parts' in one) return this.#say(one.parts, one.hidden, one.what, one.change ?? undefined);
    if (one.what === 'turn') return this.stage.turn(one.ms);
    if (one.what === 'enter') return this.#enter(one.tags, one.json, one.back);
    const stretch = this.stretches[one.which % Math.max(1, this.stretches.length)];
    if (stretch === undefined) return;
    if (one.what === 'resume') return this.#resume(stretch, one.back);
    stretch.who.socket.status = one.status;
    stretch.who.connection.blocked = one.status !== 1;
  }

  /** A lost frame is filled by what is said next, behind the gap that it left. */
  #say(
    parts: readonly { audience: string; events: number }[],
    hidden: boolean,
    what: string,
    change?: { which: number; tags: string[] },
  ): void {
    const prev = this.#head;
    const placed: Part[] = parts.map(({ audience, events }) => ({
      audience,
      at: Array.from({ length: events }, () => (this.#head += 10)),
    }));
    for (const { audience, at } of placed) for (const position of at) this.said.push({ at: position, audience });
    if (hidden || placed.length === 0) this.#head += 10;
    const frame = liveFor(prev, this.#head, placed, { members: this.#changed(prev, change) });
    const { feed } = this.stage;
    if (what === 'lost') return void this.#lost.push(frame);
    feed.onFrame(frame);
    if (what === 'twice') feed.onFrame(frame);
    if (this.#lost.length > 0) expect(feed.filled(this.#lost.splice(0))).toBe(true);
    if (feed.ring.tip < this.#head) feed.onFrame(frame);
  }

  #changed(from: number, change?: { which: number; tags: string[] }): MemberControl[] {
    const account = change && this.stretches[change.which % Math.max(1, this.stretches.length)]?.account;
    if (account === undefined) return [];
    this.changes.push({ account, from, tags: change!.tags });
    return [MemberControl.fromPartial({ account, tags: { tags: change!.tags } })];
  }

  #enter(tags: readonly string[], json: boolean, back: number): void {
    this.begin(tags, { json, at: this.#backFrom(back), account: `a${++this.#accounts}` });
  }

  begin(tags: readonly string[], { json = false, at = start, account = 'first' } = {}): void {
    const { tip } = this.stage.feed.ring;
    this.stretches.push({ who: this.stage.enter(tags, { json, at, account }), account, from: at, tags, tip });
  }

  /** The same account asks again for what came after a position, which may lie inside a batch. */
  #resume(stretch: Stretch, back: number): void {
    const { who, account } = stretch;
    this.stage.feed.release(who.session);
    this.stretches.splice(this.stretches.indexOf(stretch), 1);
    this.begin(who.session.profile.tags, { json: who.connection.json, at: this.#backFrom(back), account });
  }

  #backFrom(back: number): number {
    const { ring } = this.stage.feed;
    return Math.max(start, ring.base, ring.tip - back);
  }

  seenBy(stretch: Stretch): number[] {
    const isFor = (at: number, audience: string): boolean =>
      audience === '' || matchesAudience(audience, new Set(this.#tagsAt(stretch, at)));
    return this.said.filter(({ at, audience }) => at > stretch.from && isFor(at, audience)).map(({ at }) => at);
  }

  #tagsAt({ account, tags, tip }: Stretch, at: number): readonly string[] {
    return this.changes.findLast((change) => change.account === account && change.from >= tip && change.from < at)?.tags ?? tags;
  }

  get head(): number {
    return this.#head;
  }
}

test('whatever is said to whom, each session sees exactly what is for its tags, and its chain never breaks', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const play = new Play();
      // Somebody is always here: without, a gap would start the ring over instead.
      play.begin(['a']);
      play.run(steps);
      for (const stretch of play.stretches) {
        const { socket, connection } = stretch.who;
        const { at, told } = socket.follow(stretch.from);
        // Who could not take what had to go before its tags changed was closed, and comes again.
        expect({ at, told }).toEqual({ at: connection.open ? play.head : at, told: 0 });
        expect(socket.events).toEqual(play.seenBy(stretch).filter((position) => position <= at));
      }
    }),
    { numRuns: 300 },
  );
});

const parts = (...at: [string, number][]): Part[] => at.map(([audience, position]) => ({ audience, at: [position] }));

describe('a session', () => {
  test.each<{ name: string; tags: string[] | undefined; account: string; before: number[]; after: number[] }>([
    { name: 'that gets another tag sees what is for it from then on', tags: ['b'], account: 'ann', before: [20], after: [20, 60] },
    { name: 'that loses its tags sees what is for all', tags: [], account: 'ann', before: [20], after: [20] },
    { name: 'whose tags are not told keeps them', tags: undefined, account: 'ann', before: [20], after: [20, 50] },
    { name: 'of another account keeps its tags', tags: ['b'], account: 'bob', before: [20], after: [20, 50] },
  ])('$name', ({ tags, account, before, after }) => {
    const stage = new Stage();
    const ann = stage.enter(['a']);
    stage.feed.onFrame(liveFor(10, 30, parts(['a', 20], ['b', 30])));
    stage.settle();
    expect(ann.socket.events).toEqual(before);
    const change = { account, deviceId: '', ...(tags === undefined ? {} : { tags: { tags } }) };
    stage.feed.onFrame(liveFor(30, 40, [], { members: [MemberControl.fromPartial(change)] }));
    stage.feed.onFrame(liveFor(40, 60, parts(['a', 50], ['b', 60])));
    stage.settle();
    expect(ann.socket.events).toEqual(after);
    expect(ann.socket.follow(10)).toEqual({ at: 60, told: 0 });
    expect(stage.feed.groups.size).toBe(1);
    expect(ann.session.facts().tags).toEqual(account === 'ann' ? (tags ?? ['a']) : ['a']);
  });

  test.each([
    ['had', (ann: Member) => void (ann.connection.blocked = true)],
    ['had, however far it is behind, where it was never served', () => undefined],
  ])('whose tags change still gets what waits for it with those that it %s', (_name, hinder) => {
    const stage = new Stage();
    const ann = stage.enter(['a']);
    hinder(ann);
    stage.feed.onFrame(liveFor(10, 30, parts(['a', 20], ['b', 30])));
    const members = [MemberControl.fromPartial({ account: 'ann', tags: { tags: ['b'] } })];
    stage.feed.onFrame(liveFor(30, 50, parts(['a', 40], ['b', 50]), { members }));
    stage.settle();
    expect([ann.socket.events, ann.session.position]).toEqual([
      [20, ...(ann.connection.blocked ? [] : [50])],
      ann.connection.blocked ? 30 : 50,
    ]);
    ann.connection.blocked = false;
    stage.feed.onFrame(liveFor(50, 60, parts(['b', 60])));
    stage.settle();
    expect(ann.socket.events).toEqual([20, 50, 60]);
    expect(ann.socket.follow(10)).toEqual({ at: 60, told: 0 });
  });

  test('whose tags change gets with those that it had what the resume of another brought back from before the ring', () => {
    const stage = new Stage();
    const ann = stage.enter(['a']);
    ann.connection.blocked = true;
    stage.feed.skipTo(60);
    expect(stage.feed.backfill(10, [liveFor(10, 30, parts(['a', 20], ['b', 30])), liveFor(30, 60, parts(['', 60]))])).toBe(true);
    const members = [MemberControl.fromPartial({ account: 'ann', tags: { tags: ['b'] } })];
    stage.feed.onFrame(liveFor(60, 70, parts(['b', 70]), { members }));
    ann.connection.blocked = false;
    stage.settle();
    expect(ann.socket.events).toEqual([20, 60, 70]);
    expect(ann.socket.follow(10)).toEqual({ at: 70, told: 0 });
  });

  test.each([
    ['one device of the account', 'ann', 'phone', ['ann phone']],
    ['all devices of the account', 'ann', '', ['ann phone', 'ann web']],
    ['everybody', '', '', ['ann phone', 'ann web', 'bob phone']],
    ['a device that nobody has', 'ann', 'tv', []],
  ])('is removed by %s', (_name, account, deviceId, removed) => {
    const stage = new Stage();
    const all = ['ann phone', 'ann web', 'bob phone'].map((name) => {
      const [whose, device] = name.split(' ') as [string, string];
      const entered = stage.enter(['a'], { account: whose });
      entered.connection.deviceId = device;
      return { name, entered };
    });
    const removals = [{ account, deviceId, code: 'other-device', why: '' }];
    stage.feed.onFrame(liveFor(10, 30, parts(['a', 20], ['b', 30]), { removals }));
    stage.feed.onFrame(liveFor(30, 40, parts(['a', 40])));
    stage.settle();
    const out = all.filter(({ entered }) => entered.session.removed?.code === 'other-device');
    expect(out.map(({ name }) => name)).toEqual(removed);
    for (const { entered } of all) expect(entered.socket.events).toEqual(entered.session.removed === undefined ? [20, 40] : [20]);
    expect(stage.feed.sessions.size).toBe(3 - removed.length);
  });
});

describe('what is sent', () => {
  const sentTo = (frames: Uint8Array[]): Set<unknown> => {
    const stage = new Stage();
    const all = [['a'], ['a'], ['b'], []].map((tags) => stage.enter(tags));
    for (const frame of frames) stage.feed.onFrame(frame);
    stage.settle();
    return new Set(all.map(({ socket }) => socket.sent[0]));
  };

  test.each([
    ['for all is one object for all, whatever their tags', [liveFor(10, 20, parts(['', 20]))], 1],
    ['for all in two segments is one object too', [liveFor(10, 30, parts(['', 20], ['', 30]))], 1],
    ['for an audience is one object for each way to see it', [liveFor(10, 30, parts(['', 20], ['a', 30]))], 2],
    ['for all behind something for an audience as well', [liveFor(10, 20, parts(['a', 20])), liveFor(20, 30, parts(['', 30]))], 2],
  ])('%s', (_name, frames, objects) => expect(sentTo(frames).size).toBe(objects));

  test('to tags that contain a line break is not mixed up with two tags', () => {
    const stage = new Stage();
    const [ann, bob] = [stage.enter(['a\nb']), stage.enter(['a', 'b'])];
    stage.feed.onFrame(liveFor(10, 20, parts(['a', 20])));
    stage.settle();
    expect([ann.socket.events, bob.socket.events]).toEqual([[], [20]]);
  });
});

describe('what is not for a session', () => {
  const crowd = 50;
  /** Whom it is for, and a crowd for which it is not. */
  const inARoom = (): { stage: Stage; ann: Member; others: Member[] } => {
    const stage = new Stage();
    const ann = stage.enter(['a']);
    const others = Array.from({ length: crowd }, (_, i) => stage.enter([], { json: i % 2 === 0 }));
    return { stage, ann, others };
  };
  const writes = (members: readonly Member[]): number => members.reduce((sum, { socket }) => sum + socket.sent.length, 0);

  test('leads it on at once, and then once a second, in a write of its own for all that was said meanwhile', () => {
    const { stage, ann, others } = inARoom();
    const said = 50;
    for (let i = 1; i <= said; i++) {
      stage.say(i * 10, (i + 1) * 10, 'a');
      expect(writes(others)).toBe(crowd * (1 + Math.floor(i / 25)));
    }
    stage.feed.onFrame(liveFor((said + 1) * 10, (said + 2) * 10, parts(['a', (said + 2) * 10])));
    stage.settle();
    expect(ann.socket.events).toHaveLength(said + 1);
    expect(writes(others)).toBe(crowd * 4);
    for (const { socket } of others) expect([socket.follow(10), socket.events]).toEqual([{ at: (said + 2) * 10, told: 0 }, []]);
    expect(stage.clock.pending).toBe(0);
  });

  test('goes with what is, in one write', () => {
    const { stage, others } = inARoom();
    stage.say(10, 20, 'a');
    stage.say(20, 30, 'a');
    expect(writes(others)).toBe(crowd);
    stage.say(30, 40, '');
    expect(writes(others)).toBe(2 * crowd);
    for (const { socket } of others) expect([socket.follow(10), socket.events]).toEqual([{ at: 40, told: 0 }, [40]]);
  });

  test('is let go, and what goes with it, when everybody has been served', () => {
    const { stage, others } = inARoom();
    stage.say(10, 20, '');
    expect([writes(others), stage.feed.payloads.size]).toEqual([crowd, 0]);
    stage.say(20, 30, 'a');
    stage.settle();
    expect([writes(others), stage.feed.payloads.size]).toEqual([2 * crowd, 0]);
  });

  test('is made once for those who wait together, whenever they were led', () => {
    const stage = new Stage();
    stage.enter(['a']);
    const others = Array.from({ length: 1000 }, () => stage.enter([]));
    for (let at = 10; at < 1010; at += 10) {
      stage.feed.onFrame(liveFor(at, at + 10, parts(['a', at + 10])));
      stage.turn(10);
    }
    stage.feed.onFrame(liveFor(1010, 1020, parts(['', 1020])));
    stage.settle();
    for (const { socket } of others) expect(socket.follow(10)).toEqual({ at: 1020, told: 0 });
    expect(new Set(others.map(({ socket }) => socket.sent.at(-1))).size).toBeLessThanOrEqual(6);
  });

  test('comes before its removal', () => {
    const { stage, others } = inARoom();
    stage.say(10, 15, 'a');
    stage.say(15, 20, 'a');
    const removals = [{ account: '', deviceId: '', code: 'room-closed', why: '' }];
    stage.feed.onFrame(liveFor(20, 30, parts(['a', 30]), { removals }));
    stage.settle();
    for (const { socket } of others) expect(socket.follow(10).at).toBe(30);
  });

  test('is no reason to fall out of a ring that is full of it', () => {
    const { stage, others } = inARoom();
    const said = 2 * 2000 + 1;
    for (let i = 1; i <= said; i++) {
      stage.feed.onFrame(liveFor(i * 10, (i + 1) * 10, parts(['a', (i + 1) * 10])));
      if (i % 100 === 0) stage.turn(40);
    }
    stage.settle();
    expect(stage.feed.ring.base).toBeGreaterThan(10);
    for (const { socket } of others) expect(socket.follow(10)).toEqual({ at: (said + 1) * 10, told: 0 });
  });
});
