import type { ActResult } from './act.js';
import type { Compared } from './compared.js';

export interface RollingResult {
  readonly sockets: number;
  /** Sockets a second that an edge sends away at its end. */
  readonly drainPerSecond: number;
  readonly acts: readonly ActResult[];
  readonly chains: {
    /** Batches that did not follow what a socket had: gaps and repeats. */
    readonly broken: number;
    /** Times that a socket was told of a hole. */
    readonly told: number;
    /** Rooms in which a socket was not where all the others were at the end. */
    readonly behind: readonly string[];
  };
  /** What the SDK's clients heard, and what the history has, beside what was said. */
  readonly heard: Compared;
  readonly history: Compared;
}

/**
 * How many may try to come back within a second. Each waits for up to a second, by its own chance. So the fullest second has not exactly as many as are sent away
 * in one, but some more: the variance of their number is a third of it, and four deviations are for all seconds of a drain. Who had to wait for the swarm itself
 * comes together with others: `stallMs`.
 */
function mostOf(perSecond: number, stallMs: number): number {
  const together = perSecond * (1 + stallMs / 1000);
  return Math.floor(together + 4 * Math.sqrt(together / 3));
}

/** Acts that end edges; in all others nobody loses a socket. */
const endsEdges = (act: ActResult): boolean => act.ended.some(({ id }) => id.startsWith('edge-'));

/** Accepted messages that some reader does not have. */
export const lostOf = ({ heard, history }: RollingResult): number => heard.missing + history.missing;

/** What may not be, in words; empty: the restart was one that nobody noticed but by a pause. */
export function wrongIn(result: RollingResult): string[] {
  const { chains, heard, history } = result;
  const counts: readonly (readonly [number, string])[] = [
    [heard.missing, 'accepted messages that a client did not hear'],
    [history.missing, 'accepted messages that the history does not have'],
    [heard.twice + history.twice, 'messages twice'],
    [heard.strange + history.strange, 'messages that were refused or never said, and are there'],
    [chains.broken, 'broken chains'],
    [chains.told, 'told holes'],
    [chains.behind.length, `rooms with sockets behind the others: ${chains.behind.join(', ')}`],
  ];
  return [
    ...counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])),
    ...result.acts.flatMap((act) => wrongInAct(act, result)),
  ];
}

function wrongInAct(act: ActResult, { drainPerSecond }: RollingResult): string[] {
  const { what, ended, cut, dropped, mostTriesASecond: tries, stallMs, refused } = act;
  const most = mostOf(drainPerSecond, stallMs);
  const mayDrop = endsEdges(act);
  const all: readonly (readonly [boolean, string])[] = [
    [refused > 0, `${refused} messages refused`],
    [cut > 0, `${cut} sockets cut`],
    [!mayDrop && dropped > 0, `${dropped} sockets dropped`],
    [
      mayDrop && tries > most,
      `${tries} reconnects in a second, above ${drainPerSecond} with chance and a stall of ${stallMs} ms (${most})`,
    ],
    [!act.allBack, 'not all sockets came back'],
    ...ended.map(({ id, killed }) => [killed, `${id} was killed at the end of its grace period`] as const),
    ...ended.map(
      ({ id, drain: { left } = { left: 0 } }) => [left > 0, `${left} sockets were left at the end of the drain of ${id}`] as const,
    ),
  ];
  return all.flatMap(([isSo, why]) => (isSo ? [`${what}: ${why}`] : []));
}

const heads = [
  '',
  'took',
  'sends',
  'unknown',
  'send p50/p99/max',
  'lag p50/p99/max',
  'sockets moved',
  'cut',
  'pause p50/p99/max',
  'back/s',
];
const three = ({ p50, p99, max }: ActResult['pauseMs']): string =>
  p50 === null ? '-' : [p50, p99, max].map((ms) => Math.round(ms ?? 0)).join('/');

/** For people: a line an act, in ms. */
export function tableOf({ acts, drainPerSecond }: RollingResult): string {
  const rows = acts.map((act) => [
    act.what,
    `${act.seconds} s`,
    String(act.accepted),
    String(act.unknown),
    three(act.sendMs),
    three(act.lagMs),
    String(act.dropped),
    String(act.cut),
    three(act.pauseMs),
    endsEdges(act) ? `${act.mostTriesASecond} of ${drainPerSecond}` : '-',
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [heads, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
