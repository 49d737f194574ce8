import { ReaderUnavailable, type HistoryReader } from '@plaza/bus';
import { positionAt, shardOf, streamOf, type RoomId } from '@plaza/domain';
import { causeOf, within } from '@plaza/kit';
import type { Event, HistoryPage } from '@plaza/proto/client';
import type { HistoryRead } from '@plaza/proto/history';
import type { HistoryMetrics } from '../metrics.prom.js';
import type { MessageRow, MessageStore, PageAsk } from '../message-store.js';
import type { Progress } from '../progress.js';
import { filterOf } from './filter.js';

const defaultLimit = 50;
const maxLimit = 200;
/** Rows that are asked of the store at a time (first no more than a page without filters needs), and that one page looks at, at most. */
const rowsAtOnce = 200;
const mostLooked = 2000;
const waitMs = 1000;
const deadlineMs = 2500;

interface ReadParts {
  readonly store: MessageStore;
  readonly progress: Progress;
  readonly metrics: HistoryMetrics;
  readonly shards: number;
  readonly streams: number;
}

/** One page of a room's stored messages. A limit out of range is brought into it; who may read is the caller's to decide. */
export class ReadHandler implements Pick<HistoryReader, 'read'> {
  constructor(private readonly parts: ReadParts) {}

  async read(ask: HistoryRead): Promise<HistoryPage> {
    const done = this.parts.metrics.readStarted();
    try {
      const page = await within(deadlineMs, 'the page', this.#page(ask));
      done('answered');
      return page;
    } catch (error) {
      done('failed');
      throw new ReaderUnavailable(causeOf(error), { cause: error });
    }
  }

  async #page(ask: HistoryRead): Promise<HistoryPage> {
    const considered = await this.#considered(ask);
    const wanted = pageAsk(ask);
    const { events, next } = await this.#collect(wanted, filterOf(ask.page ?? {}, ask.viewer));
    const upTo = Math.max(considered, events.at(-1)?.position ?? 0);
    return { events, upTo, more: next !== 0, nextBound: next };
  }

  /** Reads on until the page is full; where a filter lets little through, only so far. `next`: where the next page begins; 0: there is none. */
  async #collect(wanted: PageAsk, passes: (row: MessageRow) => Event | undefined): Promise<{ events: Event[]; next: number }> {
    const forward = isForward(wanted);
    const events: Event[] = [];
    let bound = forward ? wanted.after : wanted.before;
    let limit = wanted.limit + 1;
    for (let looked = 0; looked < mostLooked; looked += limit, limit = rowsAtOnce) {
      const rows = await this.parts.store.page({ ...wanted, [forward ? 'after' : 'before']: bound, limit });
      if (!forward) rows.reverse();
      for (const row of rows) {
        const event = passes(row);
        if (event === undefined) continue;
        if (events.length === wanted.limit) return { events: inOrder(events, forward), next: events.at(-1)!.position };
        events.push(event);
      }
      if (rows.length < limit) return { events: inOrder(events, forward), next: 0 };
      bound = rows.at(-1)!.position;
    }
    return { events: inOrder(events, forward), next: bound ?? 0 };
  }

  /**
   * Up to where every stored message of the room is in the store, before the page is read: the caller's head, once the reader has passed it (waits
   * a second for that); otherwise the newest row, since rows of a room appear in the order of their positions.
   */
  async #considered({ room, head, headSequence }: HistoryRead): Promise<number> {
    const { store, progress, shards, streams } = this.parts;
    const stream = streamOf(shardOf(room as RoomId, shards), streams);
    if (headSequence > 0 && (await progress.passed(stream, headSequence, waitMs))) return head;
    const [newest] = await store.page({ room, before: undefined, after: undefined, limit: 1 });
    return newest?.position ?? 0;
  }
}

function pageAsk({ room, page }: HistoryRead): PageAsk {
  const asked = page?.limit ?? 0;
  const { beforeMs, afterMs } = page ?? {};
  return {
    room,
    before: page?.before ?? (beforeMs === undefined ? undefined : positionAt(beforeMs)),
    after: page?.after ?? (afterMs === undefined ? undefined : Math.max(0, positionAt(afterMs + 1) - 1)),
    limit: asked === 0 ? defaultLimit : Math.min(asked, maxLimit),
  };
}

const isForward = ({ before, after }: PageAsk): boolean => before === undefined && after !== undefined;
/** Oldest first. */
const inOrder = (events: readonly Event[], forward: boolean): Event[] => (forward ? [...events] : [...events].reverse());
