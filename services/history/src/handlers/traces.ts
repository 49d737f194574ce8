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

/** Where an account has left anything, and how much of it the history has in a room. */
export class TracesHandler implements Pick<HistoryReader, 'traces' | 'countTraces'> {
  constructor(private readonly stores: { readonly store: MessageStore; readonly index: RoomIndex }) {}

  async traces({ account, pageToken, limit }: TracesAsk): Promise<TracesPage> {
    const most = limit === 0 ? defaultLimit : Math.min(limit, maxLimit);
    const { rooms, next } = await answered('the list', deadlineMs, this.stores.index.tracesOf(account, pageToken, most));
    return { rooms: [...rooms], next };
  }

  countTraces({ account, room }: TraceCountAsk): Promise<TraceCount> {
    return answered('the count', countMs, countRows(this.stores, room, account));
  }
}

async function answered<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  try {
    return await within(ms, what, work);
  } catch (error) {
    throw new ReaderUnavailable(causeOf(error), { cause: error });
  }
}
