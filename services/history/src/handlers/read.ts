import { ReaderUnavailable, type HistoryReader } from '@plaza/bus';
import { positionAt, shardOf, streamOf, type RoomId } from '@plaza/domain';
import { causeOf, within } from '@plaza/kit';
import type { Event, HistoryPage } from '@plaza/proto/client';
import type { HistoryRead } from '@plaza/proto/history';
import type { LogTail, LogTails } from '../log-tail.js';
import type { HistoryMetrics } from '../metrics.prom.js';
import type { MessageRow, MessageStore, PageAsk } from '../message-store.js';
import { isForward, newestIn, sourceWith, storeAlone, type PageSource } from '../page-source.js';
import type { Progress } from '../progress.js';
import { filterOf } from './filter.js';

const defaultLimit = 50;
const maxLimit = 200;
/** Rows that are asked of the store at a time (first no more than a page without filters needs), and that one page looks at, at most. */
const rowsAtOnce = 200;
const mostLooked = 2000;
const waitMs = 1000;
/** For the wait, where the store does not even answer. */
const askMs = 1200;
const deadlineMs = 2500;

interface ReadParts {
  readonly store: MessageStore;
  readonly progress: Progress;
  readonly tails: LogTails;
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
    const wanted = pageAsk(ask);
    const source = await this.#source(ask, wanted);
    const { events, next } = await this.#collect(wanted, source, filterOf(ask.page ?? {}, ask.viewer));
    const upTo = Math.max(source.upTo, events.at(-1)?.position ?? 0);
    return { events, upTo, more: next !== 0, nextBound: next };
  }

  /** Reads on until the page is full; where a filter lets little through, only so far. `next`: where the next page begins; 0: there is none. */
  async #collect(
    wanted: PageAsk,
    source: PageSource,
    passes: (row: MessageRow) => Event | undefined,
  ): Promise<{ events: Event[]; next: number }> {
    const forward = isForward(wanted);
    const events: Event[] = [];
    let bound = forward ? wanted.after : wanted.before;
    let limit = wanted.limit + 1;
    for (let looked = 0; looked < mostLooked; looked += limit, limit = rowsAtOnce) {
      const rows = await source.page({ ...wanted, [forward ? 'after' : 'before']: bound, limit });
      if (!forward) rows.reverse();
      for (const row of rows) {
        const event = source.hides(row) ? undefined : passes(row);
        if (event === undefined) continue;
        if (events.length === wanted.limit) return { events: inOrder(events, forward), next: events.at(-1)!.position };
        events.push(event);
      }
      if (rows.length < limit) return { events: inOrder(events, forward), next: await source.beyond(events.length === wanted.limit) };
      bound = rows.at(-1)!.position;
    }
    return { events: inOrder(events, forward), next: bound ?? 0 };
  }

  /**
   * The store, once its reader has passed the caller's head (waits a second for that); otherwise with what the log has above it, where that is not too
   * much. Else the page is as old as the newest row, and says so: rows of a room appear in the order of their positions.
   */
  async #source(ask: HistoryRead, wanted: PageAsk): Promise<PageSource> {
    const { store } = this.parts;
    if (ask.headSequence > 0 && (await this.#passed(ask))) return storeAlone(store, ask.head);
    const tail = ask.headSequence === 0 ? undefined : await this.#tail(ask);
    const source = tail && sourceWith(tail, store, wanted);
    return source ?? storeAlone(store, await newestIn(store, ask.room));
  }

  /** A store that cannot say it has not. */
  async #passed({ room, headSequence }: HistoryRead): Promise<boolean> {
    const passed = this.parts.progress.passed(this.#streamOf(room), headSequence, waitMs);
    return within(askMs, 'the reader’s place', passed).catch(() => false);
  }

  async #tail({ room, headSequence }: HistoryRead): Promise<LogTail | undefined> {
    const { progress, tails } = this.parts;
    const through = await within(askMs - waitMs, 'the reader’s place', progress.through(this.#streamOf(room))).catch(() => 0);
    return tails.tail({ room, headSequence, through }).catch(() => undefined);
  }

  #streamOf(room: string): number {
    return streamOf(shardOf(room as RoomId, this.parts.shards), this.parts.streams);
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

/** Oldest first. */
const inOrder = (events: readonly Event[], forward: boolean): Event[] => (forward ? [...events] : [...events].reverse());
