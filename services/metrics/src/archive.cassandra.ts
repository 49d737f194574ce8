import { causeOf } from '@plaza/kit';
import type { Client, types } from 'cassandra-driver';
import { ArchiveUnavailable, type Archive, type Copy, type Tops, type Version } from './archive.js';
import { decodeTop, encodeTop } from './archive-rows.js';
import type { Period, PeriodKind } from './calendar.js';
import { metrics, type Figures, type Metric, type RoomFigures } from './counters.js';

const writesAtOnce = 32;

/** For kit `prepareKeyspace`. */
export const archiveTables = (retentionDays: number): readonly string[] => {
  const kept = `default_time_to_live = ${retentionDays * 86_400} AND gc_grace_seconds = 86400`;
  return [
    `CREATE TABLE IF NOT EXISTS room_figures (room text, period text, start_ms bigint, version bigint, message_count bigint, entry_count bigint, active_count bigint,
     PRIMARY KEY ((room, period), start_ms)) WITH ${kept}`,
    `CREATE TABLE IF NOT EXISTS top_rooms (period text, start_ms bigint, metric text, stream int, version bigint, rooms blob,
     PRIMARY KEY ((period, start_ms), metric, stream)) WITH ${kept}`,
  ];
};

/** The archive in Cassandra: rows expire by TTL. A row's time stamp is its version, so the highest one wins in whatever order they are written. */
export class CassandraArchive implements Archive {
  constructor(private readonly client: Client) {}

  async putRooms({ kind, startMs }: Period, rooms: readonly RoomFigures[], version: Version): Promise<void> {
    const query =
      'INSERT INTO room_figures (room, period, start_ms, version, message_count, entry_count, active_count) VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?';
    for (let at = 0; at < rooms.length; at += writesAtOnce) {
      const writes = rooms.slice(at, at + writesAtOnce).map(({ room, messages, entries, active }) => {
        const values = [startMs, version, messages, entries, active, version].map(BigInt);
        return this.#run(query, [room, kind, ...values]);
      });
      await Promise.all(writes);
    }
  }

  async putTops({ kind, startMs }: Period, stream: number, tops: Tops, version: Version): Promise<void> {
    const query = 'INSERT INTO top_rooms (period, start_ms, metric, stream, version, rooms) VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?';
    const writes = metrics.map((metric) =>
      this.#run(query, [kind, BigInt(startMs), metric, stream, BigInt(version), Buffer.from(encodeTop(tops[metric])), BigInt(version)]),
    );
    await Promise.all(writes);
  }

  async tops({ kind, startMs }: Period, metric: Metric): Promise<ReadonlyMap<number, Copy<readonly RoomFigures[]>>> {
    const query = 'SELECT stream, version, rooms FROM top_rooms WHERE period = ? AND start_ms = ? AND metric = ?';
    const { rows } = await this.#run(query, [kind, BigInt(startMs), metric]);
    return new Map(
      rows.map((row) => [
        row.get('stream') as number,
        { version: Number(row.get('version')), figures: decodeTop(row.get('rooms') as Buffer) },
      ]),
    );
  }

  async series(room: string, kind: PeriodKind, fromMs: number, toMs: number): Promise<ReadonlyMap<number, Copy<Figures>>> {
    const query =
      'SELECT start_ms, version, message_count, entry_count, active_count FROM room_figures WHERE room = ? AND period = ? AND start_ms >= ? AND start_ms < ?';
    const { rows } = await this.#run(query, [room, kind, BigInt(fromMs), BigInt(toMs)]);
    const number = (row: types.Row, column: string): number => Number(row.get(column));
    return new Map(
      rows.map((row) => [
        number(row, 'start_ms'),
        {
          version: number(row, 'version'),
          figures: { messages: number(row, 'message_count'), entries: number(row, 'entry_count'), active: number(row, 'active_count') },
        },
      ]),
    );
  }

  async trim(): Promise<void> {}

  async close(): Promise<void> {
    await this.client.shutdown();
  }

  async #run(query: string, parameters: unknown[]): Promise<types.ResultSet> {
    try {
      return await this.client.execute(query, parameters);
    } catch (error) {
      throw new ArchiveUnavailable(causeOf(error), { cause: error });
    }
  }
}
