import type { HistoryPage } from '@plaza/proto/client';
import type { HistoryRead } from '@plaza/proto/history';
import type { TopRoomsAsk, TopRoomsPage } from '@plaza/proto/metrics';

/** Stored messages. Rejects with ReaderUnavailable when the history cannot be asked or does not answer in time. */
export interface HistoryReader {
  read(ask: HistoryRead): Promise<HistoryPage>;
}

/** Figures over rooms. Rejects with ReaderUnavailable likewise. */
export interface MetricsReader {
  topRooms(ask: TopRoomsAsk): Promise<TopRoomsPage>;
}

export class ReaderUnavailable extends Error {
  override readonly name = 'ReaderUnavailable';
}
