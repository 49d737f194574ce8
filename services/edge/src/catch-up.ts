import type { Figures } from './figures.js';
import { advanceFrame, incompleteFrame, trimmedBatch } from './frames.js';
import { payloadOf } from './payloads.js';
import type { RoomFeed } from './room-feed.js';
import { nowhere, type Session } from './session.js';

/** Before what is sent to one session alone: its client has to be where the session is. */
function lead({ room }: RoomFeed, session: Session): void {
  if (session.ledFrom === nowhere) return;
  session.connection.send(advanceFrame(room, session.ledFrom, session.position));
  session.ledFrom = nowhere;
}

/**
 * A session whose cursor does not fit its position: inside a batch, or fallen out of the ring. Never a silent hole, and none is told where nothing was for
 * it: that is one advance more that waits.
 */
export function place(feed: RoomFeed, session: Session, figures: Figures): void {
  const { ring } = feed;
  const serial = ring.seek(session.position);
  if (serial === undefined && session.position < ring.base && ring.hadNothingFor(session.group, session.position)) {
    if (session.ledFrom === nowhere) session.ledFrom = session.position;
    session.position = ring.base;
    session.cursor = ring.first;
    return;
  }
  lead(feed, session);
  if (serial === undefined) {
    session.connection.send(incompleteFrame(feed.room, session.position, ring.base));
    figures.incomplete();
    session.position = ring.base;
    session.cursor = ring.first;
    return;
  }
  session.cursor = serial;
  const entry = ring.entry(serial);
  if (entry === undefined || entry.prev === session.position) return;
  session.connection.send(trimmedBatch(entry.view(session.group).bytes, session.position));
  session.cursor = serial + 1;
  session.position = entry.last;
}

/** Sends the session, even a blocked one, everything before this serial, at once. Who has no room for it is closed as too slow. */
export function catchUp(feed: RoomFeed, session: Session, serial: number, figures: Figures): void {
  const { connection } = session;
  while (connection.open && session.cursor < serial) {
    const payload = payloadOf(feed.ring, session.cursor, Math.min(serial, feed.ring.next), session.group);
    if (payload === undefined || payload.prev !== session.position) {
      place(feed, session, figures);
      continue;
    }
    lead(feed, session);
    connection.send(payload.bytes);
    session.cursor = payload.next;
    session.position = payload.last;
  }
  if (connection.open) lead(feed, session);
}
