import { describe, expect, test } from '@jest/globals';
import { liveFlags } from '@plaza/protocol';
import { ServerFrame } from '@plaza/proto/client';
import { feedOf, live, member } from './feed.fixture.js';

describe('the chain of a room', () => {
  test('takes what follows, drops repeats', () => {
    const { feed, heard } = feedOf();
    for (const frame of [live(10, 20), live(20, 30), live(10, 20), live(20, 30), live(30, 40)]) feed.onFrame(frame);
    expect([feed.ring.base, feed.ring.tip, feed.ring.next - feed.ring.first, feed.sequence]).toEqual([10, 40, 3, 40]);
    expect(heard.figures.counts).toEqual({});
  });

  test('stops at a gap until it is filled; what came meanwhile follows', () => {
    const { feed, heard } = feedOf();
    member(feed);
    feed.onFrame(live(10, 20));
    feed.onFrame(live(30, 40));
    expect([feed.ring.tip, heard.gaps.length, feed.waitingFrom]).toEqual([20, 1, 30]);
    feed.filling = true;
    feed.onFrame(live(40, 50));
    expect(feed.filled([live(20, 30)])).toBe(true);
    expect([feed.ring.base, feed.ring.tip, feed.waitingFrom]).toEqual([10, 50, undefined]);
  });

  test('says so when a fill does not close the gap', () => {
    const { feed } = feedOf();
    member(feed);
    feed.onFrame(live(10, 20));
    feed.filling = true;
    feed.onFrame(live(40, 50));
    expect(feed.filled([live(20, 30)])).toBe(false);
    expect([feed.ring.tip, feed.waitingFrom]).toEqual([30, 40]);
    feed.skipTo(40);
    expect(feed.filled([])).toBe(true);
    expect([feed.ring.base, feed.ring.tip]).toEqual([40, 50]);
  });

  test('without anybody who would notice starts over instead', () => {
    const { feed, heard } = feedOf();
    feed.onFrame(live(10, 20));
    feed.onFrame(live(30, 40));
    expect([feed.ring.base, feed.ring.tip, heard.gaps.length]).toEqual([30, 40, 0]);
  });

  test('cuts a batch that overlaps what is there', () => {
    const { feed } = feedOf();
    feed.skipTo(15);
    feed.onFrame(live(10, 20));
    const batch = ServerFrame.decode(feed.ring.entry(feed.ring.first)!.view({ key: '', tags: new Set() }).bytes).batches[0]!;
    expect([feed.ring.base, feed.ring.tip, batch.prev, batch.last, batch.events.length]).toEqual([15, 20, 15, 20, 1]);
  });

  test('a frame that cannot be read counts as a loss', () => {
    const { feed, heard } = feedOf();
    feed.onFrame(live(10, 20));
    feed.onFrame(live(20, 30).subarray(0, 40));
    expect([heard.figures.counts['badLiveFrames'], heard.gaps.length, feed.ring.tip]).toEqual([1, 1, 20]);
  });

  test('a named head above the tip is remembered until the tip reaches it', () => {
    const { feed } = feedOf();
    feed.onFrame(live(10, 20));
    feed.noteHead(40);
    expect(feed.behindSinceMs).toBe(1000);
    feed.onFrame(live(20, 30));
    expect(feed.behindSinceMs).toBe(1000);
    feed.onFrame(live(30, 40));
    expect(feed.behindSinceMs).toBe(0);
  });
});

describe('a session', () => {
  test('stands at its position, also one inside a batch', () => {
    const { feed } = feedOf();
    const { session } = member(feed);
    feed.onFrame(live(10, 20));
    feed.onFrame(live(20, 30));
    feed.attach(session, 20);
    expect([session.cursor, session.position]).toEqual([feed.ring.first + 1, 20]);
    feed.attach(session, 15);
    expect([session.cursor, session.position, feed.seats.taken]).toEqual([feed.ring.first, 15, 1]);
  });

  test('whose answer overtook the frames gets none of those before it', () => {
    const { feed } = feedOf();
    const { session } = member(feed);
    feed.onFrame(live(10, 20));
    feed.attach(session, 40);
    feed.onFrame(live(20, 40));
    expect(feed.seats.taken).toBe(1);
    expect(session.cursor).toBe(feed.ring.next);
    feed.onFrame(live(40, 50));
    expect(feed.ring.entry(session.cursor)?.prev).toBe(40);
  });
});

describe('older frames for a resume', () => {
  test('are put before the ring where they lead to it', () => {
    const { feed } = feedOf();
    feed.onFrame(live(30, 40));
    expect(feed.backfill(10, [live(10, 20), live(20, 30), live(30, 40), live(40, 50)])).toBe(true);
    expect([feed.ring.base, feed.ring.tip, feed.ring.next - feed.ring.first]).toEqual([10, 50, 4]);
  });

  test('are not taken where they do not', () => {
    const { feed } = feedOf();
    feed.onFrame(live(30, 40));
    expect(feed.backfill(10, [live(10, 20)])).toBe(false);
    expect(feed.ring.base).toBe(30);
  });

  test('found a ring where nothing is known yet', () => {
    const { feed } = feedOf();
    expect(feed.backfill(15, [live(10, 20), live(20, 30)])).toBe(true);
    expect([feed.ring.base, feed.ring.tip]).toEqual([15, 30]);
  });

  test('remove nobody: what they controlled is over', () => {
    const { feed } = feedOf();
    const { session } = member(feed);
    feed.backfill(10, [live(10, 20, { removals: [{ account: '', code: 'kicked', why: '' }] })]);
    expect(session.removed).toBeUndefined();
  });
});

describe('a removal', () => {
  const removals = [{ account: 'ann', code: 'kicked', why: 'spam' }];

  test('ends the sessions of its account, behind the batch that carries it', () => {
    const { feed, heard } = feedOf();
    feed.skipTo(10);
    const ann = member(feed);
    const bob = member(feed, { account: 'bob' });
    for (const { session } of [ann, bob]) feed.attach(session, 10);
    feed.onFrame(live(10, 20, { removals }));
    expect(ann.session.removed).toEqual({ code: 'kicked', why: 'spam' });
    expect(bob.session.removed).toBeUndefined();
    expect(feed.departing).toEqual([{ session: ann.session, serial: feed.ring.next }]);
    expect(heard.unsure).toEqual([]);
  });

  test('of everybody ends all, also who is entering; whose join may have come later is left at the holder too', () => {
    const { feed, heard } = feedOf();
    feed.skipTo(10);
    const ann = member(feed);
    const bob = member(feed, { account: 'bob' });
    bob.session.state = 'joining';
    feed.attach(ann.session, 10);
    feed.onFrame(live(10, 20, { removals: [{ account: '', code: 'room-closed', why: '' }] }));
    expect([ann, bob].map(({ session }) => session.removed?.code)).toEqual(['room-closed', 'room-closed']);
    expect(heard.unsure).toEqual([bob.session]);
  });

  test.each([
    ['that the answer to a join overtook is obeyed', 0, 'kicked'],
    ['that is published again after a takeover is not', liveFlags.republished, undefined],
  ])('%s', (_, flags, code) => {
    const { feed } = feedOf();
    const { session } = member(feed);
    session.enteredHead = 20;
    feed.attach(session, 20);
    feed.onFrame(live(10, 20, { removals, flags }));
    expect(session.removed?.code).toBe(code);
  });
});

describe('a signal', () => {
  test('is replaced by the newest, and says when the room cannot be heard', () => {
    const { feed } = feedOf();
    feed.onFrame(live(10, 20));
    feed.setStale(true);
    expect(ServerFrame.decode(feed.signal.frame!).body).toMatchObject({ $case: 'signal', value: { stale: true, head: 20, accounts: 1 } });
    feed.setStale(false);
    expect(ServerFrame.decode(feed.signal.frame!).body).toMatchObject({ value: { stale: false } });
    expect(feed.signal.serial).toBe(2);
  });

  test('tells how far the log was at the position that is known here, and at no other', () => {
    const { feed } = feedOf();
    feed.attach(member(feed).session, 20);
    feed.onFrame(live(30, 30, { flags: liveFlags.signal }));
    expect(feed.sequence).toBe(0);
    feed.onFrame(live(20, 20, { flags: liveFlags.signal }));
    expect(feed.sequence).toBe(20);
  });
});
