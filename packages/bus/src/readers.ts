import type { HistoryPage } from '@plaza/proto/client';
import type { HistoryRead, RoomsAsk, RoomsPage, TraceCount, TraceCountAsk, TracesAsk, TracesPage } from '@plaza/proto/history';
import type { FiguresAsk, FiguresSeries, TopRoomsAsk, TopRoomsPage } from '@plaza/proto/metrics';

/** Stored messages and the index of rooms. Rejects with ReaderUnavailable when the history cannot be asked or does not answer in time. */
export interface HistoryReader {
  read(ask: HistoryRead): Promise<HistoryPage>;
  rooms(ask: RoomsAsk): Promise<RoomsPage>;
  /** Where an account has left anything. */
  traces(ask: TracesAsk): Promise<TracesPage>;
  countTraces(ask: TraceCountAsk): Promise<TraceCount>;
}

/** Figures over rooms. Rejects with ReaderUnavailable likewise. */
export interface MetricsReader {
  topRooms(ask: TopRoomsAsk): Promise<TopRoomsPage>;
  readFigures(ask: FiguresAsk): Promise<FiguresSeries>;
}

export class ReaderUnavailable extends Error {
  override readonly name = 'ReaderUnavailable';
}
