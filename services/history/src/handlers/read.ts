import { ReaderUnavailable, type HistoryReader } from '@plaza/bus';
import { shardOf, streamOf, type RoomId } from '@plaza/domain';
import { causeOf, within } from '@plaza/kit';
import { Event, type HistoryPage } from '@plaza/proto/client';
import type { HistoryRead } from '@plaza/proto/history';
import type { HistoryMetrics } from '../metrics.prom.js';
import type { MessageRow, MessageStore, PageAsk } from '../message-store.js';
import type { Progress } from '../progress.js';

const defaultLimit = 50;
const maxLimit = 200;
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
export class ReadHandler implements HistoryReader {
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
    const rows = await this.parts.store.page({ ...wanted, limit: wanted.limit + 1 });
    const more = rows.length > wanted.limit;
    if (more) rows.splice(isForward(wanted) ? wanted.limit : 0, 1);
    return { events: rows.map(eventOf), upTo: Math.max(considered, rows.at(-1)?.position ?? 0), more };
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
  return { room, before: page?.before, after: page?.after, limit: asked === 0 ? defaultLimit : Math.min(asked, maxLimit) };
}

const isForward = ({ before, after }: PageAsk): boolean => before === undefined && after !== undefined;
const eventOf = ({ event }: MessageRow): Event => Event.decode(event);
