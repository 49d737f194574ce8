import type { Event, HistoryPage, Room } from '@plaza/client';

type Reader = Pick<Room, 'history'>;

const entryPage = 50;
const gapPage = 200;
/** In a gap of what was shown, room events count too: a message may have been taken back. */
const gapTypes = ['text', 'custom', 'image', 'voice', 'video', 'file', 'location', 'notification', 'tip', 'event'];
/** The history follows the room closely; so often it is asked again until it has. */
const attempts = 10;
const againMs = 300;

/**
 * Stored messages up to `until` at least, oldest first: the newest page, or everything after `after`. `more` is told whether there is something
 * before a newest page. What is not stored yet after some seconds is left out.
 */
export async function catchUp(
  room: Reader,
  until: number,
  more: (more: boolean) => void,
  after?: number,
  pause: (ms: number) => Promise<void> = sleep,
): Promise<readonly Event[]> {
  let page = await room.history(after === undefined ? { limit: entryPage } : { after, limit: gapPage, types: gapTypes });
  if (after === undefined) more(page.more);
  const events = [...page.events];
  let forward = after !== undefined;
  for (let attempt = 0; attempt < attempts && (page.upTo < until || (forward && page.more)); attempt++) {
    if (!page.more || !forward) await pause(againMs);
    page = await room.history({
      after: forward && page.more ? page.nextBound : Math.max(page.upTo, after ?? 0),
      limit: gapPage,
      types: gapTypes,
    });
    events.push(...page.events);
    forward = true;
  }
  return events;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What was said before a position. Where only room events lie there for long, a page has nothing and says where to go on. */
export async function olderPage(room: Reader, before: number): Promise<HistoryPage> {
  let page = await room.history({ before, limit: entryPage });
  for (let attempt = 1; attempt < attempts && page.events.length === 0 && page.more; attempt++) {
    page = await room.history({ before: page.nextBound, limit: entryPage });
  }
  return page;
}
