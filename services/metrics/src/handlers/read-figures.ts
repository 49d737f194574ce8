import { parseRoomId, shardOf, streamOf } from '@plaza/domain';
import type { FiguresAsk, FiguresSeries } from '@plaza/proto/metrics';
import type { Span } from '../calendar.js';
import { answered, BadAsk, freshnessOf, momentOf, periodOf } from './asked.js';
import type { FiguresParts } from './top-rooms.js';

/** A month of hours, and some more. */
const maxPoints = 800;

/** One room's figures by hour or by day. */
export class ReadFiguresHandler {
  constructor(private readonly parts: FiguresParts) {}

  /** Rejects with ReaderUnavailable, or with BadAsk. */
  async readFigures(ask: FiguresAsk): Promise<FiguresSeries> {
    const [kind, room] = [periodOf(ask.period), parseRoomId(ask.room)];
    if (room === undefined) throw new BadAsk('that is no room id');
    const spans = this.parts.calendar.spansBetween(kind, ask.fromMs, momentOf(ask.toMs), maxPoints + 1);
    if (spans.length > maxPoints) throw new BadAsk(`at most ${maxPoints} periods`);
    const { shards, streams, metrics } = this.parts;
    return answered(metrics, () => this.#series(streamOf(shardOf(room, shards), streams), room, spans));
  }

  async #series(stream: number, room: string, spans: readonly Span[]): Promise<FiguresSeries> {
    const { figures, calendar, clock } = this.parts;
    const nowMs = clock.now();
    const begun = spans.filter(({ startMs }) => startMs <= nowMs);
    const known = await figures.series(stream, room, begun, nowMs);
    const points = known.map((one, i) => ({ startMs: begun[i]!.startMs, endMs: begun[i]!.endMs, ...one.figures }));
    const late = known.findIndex(({ asOfMs }, i) => asOfMs < begun[i]!.endMs);
    const [asOfMs, endMs] = late < 0 ? [begun.at(-1)?.endMs ?? 0, 0] : [known[late]!.asOfMs, begun[late]!.endMs];
    return {
      points: points.filter(({ messages, entries, active }) => messages + entries + active > 0),
      freshness: freshnessOf(asOfMs, endMs, nowMs, calendar.timeZone),
    };
  }
}
