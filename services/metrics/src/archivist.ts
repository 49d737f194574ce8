import { causeOf, type Clock, type Logger } from '@plaza/kit';
import { versionOf, type Archive, type Tops } from './archive.js';
import type { Calendar, PeriodKind } from './calendar.js';
import { notBehind, type ChangedPeriod, type Counted, type Counters, type Metric, type RoomFigures } from './counters.js';
import type { ServiceMetrics } from './metrics.prom.js';

/** A period is closed so long after its end: what is under way has come. What comes later makes another copy. */
const graceMs = 30_000;
/** How long counters keep a period after it was copied. */
const keptMs: Readonly<Record<PeriodKind, number>> = { hour: 6 * 3_600_000, day: 2 * 86_400_000 };
/** The longest list that can be asked for. */
export const maxTop = 500;

interface ArchivistParts {
  readonly counters: Counters;
  readonly archive: Archive;
  readonly calendar: Calendar;
  readonly metrics: ServiceMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Copies closed periods from the counters to the archive. The counters mark what changed since its last copy, and take the mark away only when the
 * copy is whole: a copy that broke off is made again, by whoever reads the stream then. Two that copy at once do no harm (see Archive).
 */
export class Archivist {
  constructor(private readonly parts: ArchivistParts) {}

  /** Copies what is closed and changed in a stream. Rejects when counters or archive are away; what was copied until then is. */
  async copy(stream: number): Promise<void> {
    const { counters, calendar } = this.parts;
    const { counted, periods } = await counters.changed(stream);
    for (const changed of periods) {
      const { endMs } = calendar.spanOf(changed.period.kind, changed.period.startMs);
      if (counted.asOfMs >= endMs + graceMs) await this.#copyPeriod(stream, changed, counted);
    }
  }

  /** Copies all streams; what fails is tried again with the next call. */
  async copyAll(streams: readonly number[]): Promise<void> {
    const { logger, metrics } = this.parts;
    for (const stream of streams) {
      try {
        await this.copy(stream);
      } catch (error) {
        metrics.copyFailed();
        logger.warn({ event: 'copy-failed', stream, cause: causeOf(error) });
      }
    }
  }

  /** The figures are at least as new as their mark, which is read before them: so the version never says more than they have. */
  async #copyPeriod(stream: number, changed: ChangedPeriod, counted: Counted): Promise<void> {
    const { counters, archive, clock, metrics } = this.parts;
    const { period, mark } = changed;
    const version = versionOf(period, mark, counted.wholeFromMs);
    for await (const rooms of counters.all(stream, period, mark)) await archive.putRooms(period, rooms, version);
    await archive.putTops(period, stream, await this.#tops(stream, changed), version);
    await counters.copied(stream, changed, clock.now() + keptMs[period.kind]);
    metrics.copied();
  }

  async #tops(stream: number, { period, mark }: ChangedPeriod): Promise<Tops> {
    const top = async (metric: Metric): Promise<readonly RoomFigures[]> => {
      const { counted, figures } = await this.parts.counters.top(stream, metric, period, maxTop);
      notBehind(counted, mark);
      return figures;
    };
    const [active, entries, messages] = await Promise.all([top('active'), top('entries'), top('messages')]);
    return { active, entries, messages };
  }
}
