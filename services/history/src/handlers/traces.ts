import { ReaderUnavailable, type HistoryReader } from '@plaza/bus';
import { causeOf, within } from '@plaza/kit';
import type { TraceCount, TraceCountAsk, TracesAsk, TracesPage } from '@plaza/proto/history';
import { countRows } from '../erasures.js';
import type { MessageStore } from '../message-store.js';
import type { RoomIndex } from '../room-index.js';

const defaultLimit = 100;
const maxLimit = 1000;
const deadlineMs = 2500;
const countMs = 14_000;

interface TracesParts {
  readonly store: MessageStore;
  readonly index: RoomIndex;
  /** The number of streams of which not everything is in the stores that was in the log at this moment. */
  readonly behind: () => Promise<number>;
}

/**
 * Where an account has left anything, and how much of it the history has in a room. The first page is of everything that was accepted before it was asked
 * for; while the readers are too far behind for that, it is unavailable.
 */
export class TracesHandler implements Pick<HistoryReader, 'traces' | 'countTraces'> {
  constructor(private readonly parts: TracesParts) {}

  async traces(ask: TracesAsk): Promise<TracesPage> {
    const { rooms, next } = await answered('the list', deadlineMs, this.#page(ask));
    return { rooms: [...rooms], next };
  }

  async #page({ account, pageToken, limit }: TracesAsk): ReturnType<RoomIndex['tracesOf']> {
    const behind = pageToken === '' ? await this.parts.behind() : 0;
    if (behind > 0) throw new Error(`the history has not read ${behind} streams of the log up to now`);
    return this.parts.index.tracesOf(account, pageToken, limit === 0 ? defaultLimit : Math.min(limit, maxLimit));
  }

  countTraces({ account, room }: TraceCountAsk): Promise<TraceCount> {
    return answered('the count', countMs, countRows(this.parts, room, account));
  }
}

async function answered<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  try {
    return await within(ms, what, work);
  } catch (error) {
    throw new ReaderUnavailable(causeOf(error), { cause: error });
  }
}
