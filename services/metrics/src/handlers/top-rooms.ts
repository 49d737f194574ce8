import type { Clock } from '@plaza/kit';
import type { TopRoomsAsk, TopRoomsPage } from '@plaza/proto/metrics';
import { maxTop } from '../archivist.js';
import type { Calendar, PeriodKind } from '../calendar.js';
import { topOf, type Metric } from '../counters.js';
import type { FiguresReader } from '../figures.js';
import type { ServiceMetrics } from '../metrics.prom.js';
import { answered, freshnessOf, metricOf, momentOf, periodOf } from './asked.js';

const defaultLimit = 100;

export interface FiguresParts {
  readonly figures: FiguresReader;
  readonly calendar: Calendar;
  readonly metrics: ServiceMetrics;
  readonly clock: Clock;
  readonly shards: number;
  readonly streams: number;
}

/** The rooms with the most of something in an hour or a day. A room is in one stream only, so the streams' lists merge exactly. */
export class TopRoomsHandler {
  constructor(private readonly parts: FiguresParts) {}

  /** Rejects with ReaderUnavailable, or with BadAsk. A limit out of range is brought into it. */
  async topRooms(ask: TopRoomsAsk): Promise<TopRoomsPage> {
    const [metric, kind, atMs] = [metricOf(ask.metric), periodOf(ask.period), momentOf(ask.atMs)];
    return answered(this.parts.metrics, () => this.#page(metric, kind, atMs, ask.limit));
  }

  async #page(metric: Metric, kind: PeriodKind, atMs: number, asked: number): Promise<TopRoomsPage> {
    const { figures, calendar, clock, streams } = this.parts;
    const nowMs = clock.now();
    const span = calendar.spanOf(kind, atMs === 0 ? nowMs : atMs);
    const limit = asked === 0 ? defaultLimit : Math.min(asked, maxTop);
    const lists = await figures.tops(streams, metric, span, limit, nowMs);
    const asOfMs = Math.min(...lists.map((list) => list.asOfMs));
    return {
      periodStartMs: span.startMs,
      periodEndMs: span.endMs,
      rooms: topOf(
        lists.flatMap((list) => list.figures),
        metric,
        limit,
      ),
      freshness: freshnessOf(asOfMs, span.endMs, nowMs, calendar.timeZone),
    };
  }
}
