import type { TablePlaces } from './engines.js';
import type { Manifest, SavedStream } from './manifest.js';

export interface Findings {
  /** A cluster of these would break its word: it is not made. */
  readonly wrong: readonly string[];
  /** What will be missing, and said to be. */
  readonly missing: readonly string[];
}

/**
 * Whether the log of a backup and the tables that it is to meet belong together. Tables may be older than the log: their readers go on from where they were. They
 * may not be newer: the log will give the sequences above its end to other records, and readers that think they have those pass over them. And every
 * shard has to be made anew from its newest snapshot and the log: rooms, bans and positions are nowhere else.
 */
export function contradictions({ log }: Pick<Manifest, 'log'>, { readers, snapshots }: TablePlaces): Findings {
  const streams = new Map(log.map((saved) => [saved.stream, saved]));
  const newest = new Map(snapshots.map((snapshot) => [snapshot.shard, snapshot]));
  const ahead = readers.flatMap(({ reader, stream, through }) => aheadOf(`${reader} has read`, stream, through, streams.get(stream)));
  const holes = readers.flatMap(({ reader, stream, through }) => {
    const first = streams.get(stream)?.copy.state.first_seq ?? 0;
    return through + 1 < first ? [`${reader} has read stream ${stream} up to ${through}, and the log begins at ${first}`] : [];
  });
  const torn = snapshots.flatMap(({ shard, lacks }) =>
    lacks.length === 0 ? [] : [`the newest snapshot of shard ${shard} lacks its chunks ${lacks.join(', ')}`],
  );
  const early = snapshots.flatMap(({ shard, sequence }) =>
    aheadOf(`the newest snapshot of shard ${shard} is of`, shard % log.length, sequence, streams.get(shard % log.length)),
  );
  const gone = log.flatMap(({ begins }) =>
    begins.flatMap(({ shard, after }) => {
      const sequence = newest.get(shard)?.sequence ?? 0;
      if (after <= sequence) return [];
      const of = sequence === 0 ? 'there is no snapshot of it' : `its newest snapshot is of ${sequence}`;
      return [`shard ${shard} cannot be made anew: the log has nothing of it up to ${after}, and ${of}`];
    }),
  );
  return { wrong: [...ahead, ...early, ...torn, ...gone], missing: holes };
}

function aheadOf(who: string, stream: number, sequence: number, saved: SavedStream | undefined): string[] {
  const last = saved?.copy.state.last_seq ?? 0;
  if (sequence <= last) return [];
  return [`${who} stream ${stream} up to ${sequence}, and the log of the backup ends at ${last}: Cassandra is newer than the log`];
}
