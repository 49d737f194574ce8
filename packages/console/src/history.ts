import type { Event, HistoryPage, Room } from '@plaza/client';

type Reader = Pick<Room, 'history'>;

const entryPage = 50;
const gapPage = 200;
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
  let page = await room.history(after === undefined ? { limit: entryPage } : { after, limit: gapPage });
  if (after === undefined) more(page.more);
  const events = [...page.events];
  let forward = after !== undefined;
  for (let attempt = 0; attempt < attempts && (page.upTo < until || (forward && page.more)); attempt++) {
    if (!page.more || !forward) await pause(againMs);
    page = await room.history({ after: nextAfter(page, events, after ?? 0), limit: gapPage });
    events.push(...page.events);
    forward = true;
  }
  return events;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A page with more behind it ends with its last event, else everything up to `upTo` was considered. */
const nextAfter = (page: HistoryPage, events: readonly Event[], after: number): number =>
  page.more ? (events.at(-1)?.position ?? after) : Math.max(page.upTo, after);

export const olderPage = (room: Reader, before: number): Promise<HistoryPage> => room.history({ before, limit: entryPage });
