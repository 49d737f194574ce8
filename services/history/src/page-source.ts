import type { LogTail } from './log-tail.js';
import type { MessageRow, MessageStore, PageAsk } from './message-store.js';
import { isTakenBack } from './recalls.js';

type Rows = Pick<MessageStore, 'page'>;

/** Where the rows of one page come from. */
export interface PageSource extends Rows {
  /** Up to where everything stored is in it. */
  readonly upTo: number;
  /** A row that it gives though it was taken back. */
  hides(row: MessageRow): boolean;
  /** Asked when it had no more rows: the bound of the next page where there may be older ones elsewhere; 0: there are none. `full`: this page is. */
  beyond(full: boolean): Promise<number>;
}

const end = (): Promise<number> => Promise.resolve(0);

/** The store as it is, with everything up to `upTo`. */
export const storeAlone = (store: Rows, upTo: number): PageSource => ({
  upTo,
  page: (ask) => store.page(ask),
  hides: () => false,
  beyond: end,
});

export async function newestIn(store: Rows, room: string): Promise<number> {
  const [newest] = await store.page({ room, before: undefined, after: undefined, limit: 1 });
  return newest?.position ?? 0;
}

/**
 * The store with the log's tail above it; the tail alone where something is missing between the two and the page begins in the tail. Undefined: the page
 * is of what is missing, or of what lies before that.
 */
export function sourceWith(tail: LogTail, store: Rows, wanted: PageAsk): PageSource | undefined {
  const hides = (row: MessageRow): boolean => isTakenBack(row, tail.recalls);
  const { last: upTo, from } = tail;
  if (tail.joined) return { upTo, hides, beyond: end, page: (ask) => joinedPage(tail, store, ask) };
  const begins = isForward(wanted) ? wanted.after! >= from : wanted.before === undefined || wanted.before > from + 1;
  if (!begins) return undefined;
  const beyond = async (full: boolean): Promise<number> => {
    if (isForward(wanted)) return 0;
    // A store that is away has no more pages: then this one is not given by halves either.
    if (!full) await newestIn(store, wanted.room);
    return from + 1;
  };
  return { upTo, hides, beyond, page: (ask) => Promise.resolve(tailRows(tail, ask)) };
}

/** What is above `from` is the tail's, whether or not the store has it already. */
async function joinedPage(tail: LogTail, store: Rows, ask: PageAsk): Promise<MessageRow[]> {
  const { room, before, after, limit } = ask;
  if (isForward(ask)) {
    const older = after! < tail.from ? await store.page(ask) : [];
    const stored = older.filter(({ position }) => position <= tail.from);
    return [...stored, ...tailRows(tail, { ...ask, limit: limit - stored.length })];
  }
  const newer = tailRows(tail, ask);
  if (newer.length === limit || tail.from === 0) return newer;
  const below = Math.min(before ?? Infinity, tail.from + 1);
  return [...(await store.page({ room, before: below, after, limit: limit - newer.length })), ...newer];
}

function tailRows({ rows }: LogTail, ask: PageAsk): MessageRow[] {
  const { before = Infinity, after = -1, limit } = ask;
  const between = rows.filter(({ position }) => position > after && position < before);
  if (isForward(ask)) return between.slice(0, limit);
  return limit === 0 ? [] : between.slice(-limit);
}

export const isForward = ({ before, after }: PageAsk): boolean => before === undefined && after !== undefined;
