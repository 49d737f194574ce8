import { versionOf, type Archive, type Copy } from './archive.js';
import type { Span } from './calendar.js';
import type { Counters, Figures, Held, Metric, RoomFigures } from './counters.js';

export interface Known<T> {
  readonly figures: T;
  /** Everything up to this moment is counted; at most the end of the period. */
  readonly asOfMs: number;
}

/** Reads figures where they are: in the counters, or, of a closed period that those have let go (or have not counted again yet), in the archive. */
export class FiguresReader {
  constructor(
    private readonly counters: Counters,
    private readonly archive: Archive,
  ) {}

  /** The first rooms of each stream. */
  async tops(streams: number, metric: Metric, span: Span, limit: number, nowMs: number): Promise<Known<readonly RoomFigures[]>[]> {
    const held = await Promise.all(Array.from({ length: streams }, (_, stream) => this.counters.top(stream, metric, span, limit)));
    const copies = held.some((one) => lacks(one, span, nowMs)) ? await this.archive.tops(span, metric) : undefined;
    return held.map((one, stream) => better(one, copies?.get(stream), span, ({ length }) => length === 0));
  }

  /** One room in each of some periods of a kind, the oldest first. */
  async series(stream: number, room: string, spans: readonly Span[], nowMs: number): Promise<Known<Figures>[]> {
    const held = await this.counters.ofRoom(stream, room, spans);
    const lacking = spans.filter((span, i) => lacks(held[i]!, span, nowMs));
    const [first, last] = [lacking[0], lacking.at(-1)];
    const copies =
      first === undefined || last === undefined ? undefined : await this.archive.series(room, first.kind, first.startMs, last.startMs + 1);
    return held.map((one, i) => better(one, copies?.get(spans[i]!.startMs), spans[i]!, isNothing));
  }
}

/** The period is over, and the archive may know more of it than the counters. */
const lacks = ({ counted, copied }: Held<unknown>, { startMs, endMs }: Span, nowMs: number): boolean =>
  endMs <= nowMs && (copied || counted.asOfMs < endMs || counted.wholeFromMs > startMs);

function better<T>(held: Held<T>, copy: Copy<T> | undefined, span: Span, isEmpty: (figures: T) => boolean): Known<T> {
  const { counted, figures } = held;
  const version = versionOf(span, counted.cursor, counted.wholeFromMs);
  if (copy !== undefined && (copy.version > version || isEmpty(figures))) return { figures: copy.figures, asOfMs: span.endMs };
  return { figures, asOfMs: Math.min(counted.asOfMs, span.endMs) };
}

const isNothing = ({ messages, entries, active }: Figures): boolean => messages + entries + active === 0;
