import { ReaderUnavailable, type MetricsReader } from '@plaza/bus';
import { causeOf, within, type Clock } from '@plaza/kit';
import type { TopRoomsAsk, TopRoomsPage } from '@plaza/proto/metrics';
import { byMetric, type Counters, type Metric } from '../counters.js';
import { hourOf } from '../increments.js';
import type { ServiceMetrics } from '../metrics.prom.js';

const defaultLimit = 100;
const maxLimit = 500;
const deadlineMs = 2500;

/** The ask names a metric or a period that there is not. */
export class BadAsk extends Error {
  override readonly name = 'BadAsk';
}

/** The rooms with the most of something in an hour. A room is in one stream only, so the streams' lists merge exactly. */
export class TopRoomsHandler implements MetricsReader {
  constructor(private readonly parts: { counters: Counters; metrics: ServiceMetrics; clock: Clock; streams: number }) {}

  /** Rejects with ReaderUnavailable, or with BadAsk. A limit out of range is brought into it. */
  async topRooms(ask: TopRoomsAsk): Promise<TopRoomsPage> {
    const metric = metricOf(ask);
    const done = this.parts.metrics.queryStarted();
    try {
      const page = await within(deadlineMs, 'the list', this.#page(metric, ask));
      done('answered');
      return page;
    } catch (error) {
      done('failed');
      throw new ReaderUnavailable(causeOf(error), { cause: error });
    }
  }

  async #page(metric: Metric, ask: TopRoomsAsk): Promise<TopRoomsPage> {
    const { counters, clock, streams } = this.parts;
    const periodStartMs = hourOf(ask.atMs === 0 ? clock.now() : ask.atMs);
    const limit = ask.limit === 0 ? defaultLimit : Math.min(ask.limit, maxLimit);
    const lists = await Promise.all(Array.from({ length: streams }, (_, stream) => counters.top(stream, metric, periodStartMs, limit)));
    const rooms = lists.flat().sort(byMetric(metric)).slice(0, limit);
    return { periodStartMs, rooms };
  }
}

function metricOf({ metric, period }: TopRoomsAsk): Metric {
  if (period !== 'hour') throw new BadAsk('the period is "hour"');
  if (metric !== 'messages' && metric !== 'entries') throw new BadAsk('the metric is "messages" or "entries"');
  return metric;
}
