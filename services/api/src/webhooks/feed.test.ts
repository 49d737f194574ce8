import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { newFeed } from './deliveries.js';
import { Feed } from './feed.js';
import type { RoomEvent } from './payload.js';

const event = (position: number): RoomEvent => ({
  ...{ room: 'lobby', sequence: position, position, kind: 'message' as const },
  ...{ event: new Uint8Array(10), audience: '', isHidden: false },
});

test('whoever waits for room goes on when there is some or when told to stop, and leaves nothing behind', async () => {
  const feed = new Feed(0, newFeed(0, 0), () => 0, { events: 1, bytes: 1000, waiting: 10 });
  const ends = new AbortController();
  for (let position = 1; position <= 20; position++) {
    feed.lane('lobby').take(event(position));
    const waited = feed.untilRoom(ends.signal);
    expect(getEventListeners(ends.signal, 'abort')).toHaveLength(1);
    feed.lane('lobby').done(1);
    await waited;
    expect(getEventListeners(ends.signal, 'abort')).toHaveLength(0);
  }
  feed.lane('lobby').take(event(21));
  const waits = [feed.untilRoom(ends.signal), feed.untilRoom(ends.signal)];
  ends.abort();
  await Promise.all(waits);
});
