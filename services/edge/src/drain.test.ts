import { beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '@plaza/testkit';
import { Drain, type DrainParts } from './drain.js';
import { feedOf, live, member, type Heard, type Member } from './feed.fixture.js';
import type { RoomFeed } from './room-feed.js';
import type { RingLimits } from './ring.js';
import type { Session } from './session.js';

const busyShare = 0.6;
let clock: FakeClock;
let turns: (() => void)[];
let released: Session[];
let feed: RoomFeed;
let heard: Heard;
let drain: Drain;

function set(limits?: RingLimits): void {
  clock = new FakeClock();
  turns = [];
  released = [];
  ({ feed, heard } = anotherFeed(limits));
  drain = new Drain(drainParts());
  feed.skipTo(10);
}
const drainParts = (): DrainParts => ({
  clock,
  figures: heard.figures,
  nextTurn: (task) => turns.push(task),
  busyShare,
  released: (session) => {
    released.push(session);
    session.feed.release(session);
  },
});
const anotherFeed = (limits?: RingLimits): ReturnType<typeof feedOf> =>
  feedOf(limits, { wake: (woken) => drain.wake(woken), now: () => clock.now() });
beforeEach(() => set());

const turn = (): void => turns.shift()?.();
function settle(): void {
  for (let i = 0; i < 10_000 && (turns.length > 0 || clock.pending > 0); i++) {
    while (turns.length > 0) turn();
    clock.advance(10);
  }
}

function crowd(count: number): Member[] {
  const members = Array.from({ length: count }, () => member(feed));
  for (const { session } of members) feed.attach(session, 10);
  settle();
  clock.advance(40);
  return members;
}

/** At 10, blocked until the ring, a small one, goes on behind that, at 70; the room is at 100. */
function outOfRing(): Member {
  set({ entries: 3, bytes: 100_000, ageMs: 60_000 });
  const [one] = crowd(1);
  one!.connection.blocked = true;
  for (let at = 10; at < 100; at += 10) feed.onFrame(live(at, at + 10));
  settle();
  one!.connection.blocked = false;
  return one!;
}

describe('the rotating drain', () => {
  test('serves an idle room at once, a slice a turn, with one write a socket', () => {
    const members = crowd(600);
    const now = clock.now();
    feed.onFrame(live(10, 20));
    const served: number[] = [];
    while (turns.length > 0) {
      turn();
      served.push(members.filter(({ socket }) => socket.sent.length > 0).length);
    }
    expect(clock.now()).toBe(now);
    expect(served.at(-1)).toBe(600);
    expect(served[0]).toBeLessThanOrEqual(250);
    expect(heard.figures.counts['writes']).toBe(600);
    expect(new Set(members.map(({ socket }) => socket.sent[0])).size).toBe(1);
  });

  test('what comes during the interval rides in one write', () => {
    const [ann] = crowd(1);
    feed.onFrame(live(10, 20));
    turn();
    for (let at = 20; at < 100; at += 10) feed.onFrame(live(at, at + 10));
    expect(turns.length).toBe(0);
    clock.advance(39);
    expect(turns.length).toBe(0);
    clock.advance(1);
    turn();
    expect(ann!.socket.sent.length).toBe(2);
    expect(ann!.socket.frames[1]?.batches.length).toBe(8);
    expect(ann!.socket.follow(10)).toEqual({ at: 100, told: 0 });
  });

  test('a rotation that took long is followed by a rest, so that its room has no more than its share of the time', () => {
    const members = crowd(600);
    const sent = (): number => members.filter(({ socket }) => socket.sent.length === 2).length;
    feed.onFrame(live(10, 20));
    for (; turns.length > 0; clock.advance(30)) turn();
    const [tookMs, startedMs] = [60, clock.now() - 90];
    feed.onFrame(live(20, 30));
    clock.advance(Math.ceil(startedMs + tookMs / busyShare) - 1 - clock.now());
    expect([turns.length, sent()]).toEqual([0, 0]);
    clock.advance(1);
    for (; turns.length > 0;) turn();
    expect(sent()).toBe(600);
  });

  test('a rotation that took very long is followed by five seconds, not by none', () => {
    crowd(600);
    feed.onFrame(live(10, 20));
    for (; turns.length > 0; clock.advance(4000)) turn();
    feed.onFrame(live(20, 30));
    // The last turn was 4 s ago.
    clock.advance(999);
    expect(turns.length).toBe(0);
    clock.advance(1);
    expect(turns.length).toBe(1);
  });

  test('one write stays in a cork buffer; the rest follows', () => {
    const [ann] = crowd(1);
    for (let at = 10; at < 200; at += 10) feed.onFrame(live(at, at + 10, { bytes: 4000 }));
    settle();
    expect(ann!.socket.follow(10)).toEqual({ at: 200, told: 0 });
    for (const sent of ann!.socket.sent) expect(sent.length).toBeLessThanOrEqual(15 * 1024);
  });

  test('binary and JSON clients in one room get the same', () => {
    const ann = member(feed, { json: true });
    const bob = member(feed);
    for (const { session } of [ann, bob]) feed.attach(session, 10);
    feed.onFrame(live(10, 20));
    feed.setStale(true);
    settle();
    feed.onFrame(live(20, 30));
    settle();
    expect(ann.socket.frames.map((frame) => frame.batches)).toEqual(bob.socket.frames.map((frame) => frame.batches));
    expect(ann.socket.frames.map((frame) => frame.body)).toEqual(bob.socket.frames.map((frame) => frame.body));
    expect(ann.socket.follow(10)).toEqual({ at: 30, told: 0 });
  });

  test('who is blocked is passed over and catches up from the ring', () => {
    const [ann, bob] = crowd(2);
    ann!.socket.status = 0;
    feed.onFrame(live(10, 20));
    settle();
    for (let at = 20; at < 60; at += 10) feed.onFrame(live(at, at + 10));
    settle();
    expect(ann!.socket.follow(10).at).toBe(20);
    expect(bob!.socket.follow(10).at).toBe(60);
    ann!.socket.status = 1;
    ann!.connection.blocked = false;
    feed.onFrame(live(60, 70));
    settle();
    expect(ann!.socket.follow(10)).toEqual({ at: 70, told: 0 });
  });

  test('what a socket did not take is sent again', () => {
    const [ann] = crowd(1);
    ann!.socket.status = 2;
    feed.onFrame(live(10, 20));
    settle();
    expect(ann!.session.position).toBe(10);
    ann!.socket.status = 1;
    ann!.connection.blocked = false;
    feed.onFrame(live(20, 30));
    settle();
    expect(ann!.socket.follow(10)).toEqual({ at: 30, told: 0 });
  });

  test('who falls out of the ring is told from where to where', () => {
    const ann = outOfRing();
    feed.onFrame(live(100, 110));
    settle();
    expect(ann.socket.frames[0]?.body).toEqual({ $case: 'incomplete', value: { room: 'lobby', after: 10, until: 80 } });
    expect(ann.socket.follow(10)).toEqual({ at: 110, told: 1 });
  });

  test('who fell out of a full ring is told once and then gets what is there, though the ring moves on with every rotation', () => {
    const ann = outOfRing();
    for (let at = 100; at < 200; at += 10) {
      feed.onFrame(live(at, at + 10));
      clock.advance(40);
      turn();
    }
    expect(ann.socket.follow(10)).toEqual({ at: 200, told: 1 });
  });

  test('who had everything is told of what is skipped at once, not with the next message', () => {
    const [ann] = crowd(1);
    feed.skipTo(80);
    settle();
    expect(ann!.socket.follow(10)).toEqual({ at: 80, told: 1 });
  });

  test('who falls out of the ring is told of no hole where nothing was for it, and led over it', () => {
    set({ entries: 3, bytes: 100_000, ageMs: 60_000 });
    const members = [[], ['vip'], ['staff']].map((tags) => member(feed, { tags }));
    for (const { session } of members) feed.attach(session, 10);
    settle();
    for (const { connection } of members) connection.blocked = true;
    for (let at = 10; at < 50; at += 10) feed.onFrame(live(at, at + 10, { audience: 'vip' }));
    for (let at = 50; at < 100; at += 10) feed.onFrame(live(at, at + 10, { audience: 'staff' }));
    settle();
    for (const { connection } of members) connection.blocked = false;
    feed.onFrame(live(100, 110));
    settle();
    expect(members.map(({ socket }) => socket.follow(10))).toEqual([0, 1, 1].map((told) => ({ at: 110, told })));
    expect(members.map(({ socket }) => socket.events)).toEqual([[110], [110], [90, 100, 110]]);
  });

  test('a position inside a batch gets the rest of it', () => {
    feed.onFrame(live(10, 20));
    const ann = member(feed);
    feed.attach(ann.session, 15);
    feed.onFrame(live(20, 30));
    settle();
    expect(ann.socket.follow(15)).toEqual({ at: 30, told: 0 });
  });

  test('a removed session gets what was before, the batch that removed it, then the notice, and nothing after', () => {
    const [ann, bob] = crowd(2);
    bob!.connection.account = 'bob';
    feed.onFrame(live(10, 20));
    feed.onFrame(live(20, 30, { removals: [{ account: 'ann', code: 'kicked', why: '' }] }));
    feed.onFrame(live(30, 40));
    settle();
    expect(ann!.socket.follow(10)).toEqual({ at: 30, told: 0 });
    expect(ann!.socket.frames.at(-1)?.body).toMatchObject({ $case: 'removed', value: { code: 'kicked' } });
    expect(released).toEqual([ann!.session]);
    expect(bob!.socket.follow(10).at).toBe(40);
  });

  test('everybody can be removed from a large room', () => {
    const members = crowd(1000);
    feed.onFrame(live(10, 20, { removals: [{ account: '', code: 'room-closed', why: 'over' }] }));
    settle();
    expect(released.length).toBe(1000);
    for (const { socket } of members) expect(socket.frames.at(-1)?.body?.$case).toBe('removed');
    expect([feed.seats.taken, feed.sessions.size, turns.length]).toEqual([0, 0, 0]);
  });

  test('a removal is not passed over where a turn is nearly over', () => {
    crowd(237);
    const { feed: small } = anotherFeed();
    small.skipTo(10);
    const one = member(small);
    small.attach(one.session, 10);
    settle();
    clock.advance(40);
    feed.onFrame(live(10, 20));
    small.onFrame(live(10, 20, { removals: [{ account: 'ann', code: 'kicked' }] }));
    settle();
    expect(released).toEqual([one.session]);
    expect(one.socket.frames.at(-1)?.body).toMatchObject({ $case: 'removed' });
  });

  test('who can be served again while the others are is not passed over', () => {
    const members = crowd(600);
    const first = members[0]!;
    first.connection.blocked = true;
    feed.onFrame(live(10, 20));
    turn();
    first.connection.blocked = false;
    drain.wake(feed);
    settle();
    expect(members.map(({ socket }) => socket.events)).toEqual(members.map(() => [20]));
  });

  test('a clock that is set back by an hour makes nobody wait for an hour', () => {
    const [one] = crowd(1);
    feed.onFrame(live(10, 20));
    settle();
    clock = new FakeClock(clock.now() - 3_600_000);
    drain = new Drain(drainParts());
    feed.onFrame(live(20, 30));
    settle();
    expect(one!.socket.events).toEqual([20, 30]);
  });

  test('rests when there is nothing to do', () => {
    crowd(10);
    feed.onFrame(live(10, 20));
    settle();
    expect([turns.length, clock.pending]).toEqual([0, 0]);
  });
});

/** A small generator with a seed: a failure can be played again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each(Array.from({ length: 40 }, (_, i) => i + 1))(
  'whatever happens, nobody has a silent hole or a repeat, and all that was for it (seed %i)',
  (seed) => {
    set({ entries: 12, bytes: 40_000, ageMs: 60_000 });
    const pick = random(seed);
    const members: { from: number; tag: string; who: Member }[] = [];
    const said: { readonly at: number; readonly audience: string }[] = [];
    const say = (audience: string, bytes: number): void => {
      feed.onFrame(live(at, at + 10, { bytes, audience }));
      at += 10;
      said.push({ at, audience });
    };
    let at = 10;
    for (let step = 0; step < 400; step++) {
      const one = members[pick(Math.max(1, members.length))]?.who;
      const what = pick(10);
      if (what < 4) {
        say(['', 'vip', 'vip', 'staff'][pick(4)]!, pick(6000) + 1);
      } else if (what === 4) {
        const tag = ['', 'vip', 'staff'][pick(3)]!;
        const who = member(feed, { json: pick(3) === 0, tags: tag === '' ? [] : [tag] });
        const from = Math.max(feed.ring.base, at - pick(5) * 10);
        feed.attach(who.session, from);
        members.push({ from, tag, who });
      } else if (what === 5 && one) {
        one.connection.blocked = false;
        one.socket.status = 1;
      } else if (what === 6 && one) {
        one.socket.status = pick(2) * 2;
      } else if (what === 7 && one && pick(4) === 0) {
        feed.release(one.session);
      } else if (what === 8 && pick(20) === 0) {
        at += 50;
        feed.skipTo(at);
      } else {
        clock.advance(pick(30));
        turn();
      }
    }
    for (const { who } of members) {
      who.socket.status = 1;
      who.connection.blocked = false;
    }
    say('', 10);
    settle();
    for (const { from, tag, who } of members) {
      const { at: reached } = who.socket.follow(from);
      if (who.connection.open && who.session.seat >= 0) expect(reached).toBe(at);
      const { events, holes } = who.socket;
      const isFor = (audience: string): boolean => audience === '' || audience === tag;
      const isTold = (at: number): boolean => holes.some(({ after, until }) => after < at && at <= until);
      const whole = said.filter(({ at, audience }) => at > from && at <= reached && isFor(audience) && !isTold(at));
      expect(events).toEqual(whole.map(({ at }) => at));
    }
  },
);
