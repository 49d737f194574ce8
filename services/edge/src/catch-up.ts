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

/** A session whose cursor does not fit its position: inside a batch, or fallen out of the ring. Never a silent hole. */
export function place(feed: RoomFeed, session: Session, figures: Figures): void {
  const { ring } = feed;
  lead(feed, session);
  const serial = ring.seek(session.position);
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
  lead(feed, session);
  while (connection.open && session.cursor < serial) {
    const payload = payloadOf(feed.ring, session.cursor, Math.min(serial, feed.ring.next), session.group);
    if (payload === undefined || payload.prev !== session.position) {
      place(feed, session, figures);
      continue;
    }
    connection.send(payload.bytes);
    session.cursor = payload.next;
    session.position = payload.last;
  }
}
