import { readFileSync } from 'node:fs';

/** When what happened to one shard that changed hands, by Date.now(). */
export interface Change {
  readonly shard: number;
  /** Undefined: its holder was killed. */
  readonly release: { readonly beganMs: number; readonly endedMs: number } | undefined;
  readonly claimBeganMs: number;
  readonly claimedMs: number;
  readonly heldMs: number;
}

interface Line {
  readonly atMs: number;
  readonly event: string;
  readonly shard: number;
  readonly tookMs: number;
}

/** What the room-state processes logged about shards within a time; they log it at level debug. */
export function changesOf(logFiles: readonly string[], fromMs: number, untilMs: number): Change[] {
  const lines = logFiles.flatMap(linesOf).filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const of = (event: string): Map<number, Line> => new Map(lines.filter((line) => line.event === event).map((line) => [line.shard, line]));
  const [released, claimed] = [of('shard-released'), of('shard-claimed')];
  return [...of('shard-held').values()].flatMap(({ shard, atMs, tookMs }) => {
    const claim = claimed.get(shard);
    const release = released.get(shard);
    if (claim === undefined) return [];
    const beganMs = atMs - tookMs;
    return [
      {
        shard,
        release: release && { beganMs: release.atMs - release.tookMs, endedMs: release.atMs },
        claimBeganMs: beganMs,
        claimedMs: claim.atMs,
        heldMs: atMs,
      },
    ];
  });
}

function linesOf(file: string): Line[] {
  const rows = readFileSync(file, 'utf8').split('\n');
  return rows
    .filter((row) => row.includes('"event":"shard-'))
    .map((row) => {
      const { time, event, shard, tookMs = 0 } = JSON.parse(row) as { time: string; event: string; shard: number; tookMs?: number };
      return { atMs: Date.parse(time), event, shard, tookMs };
    });
}
