import type { ClientRecord, Records } from '../records.js';
import { askedBy } from './attempts.js';
import { staysOf, type Session } from './sessions.js';
import type { FiguresOf } from './verdict.js';

/** Over a part of a run: what clients felt. */
export const figuresOf: FiguresOf = (records, { from, until }) => {
  const asked = records.clients.flatMap(askedBy).filter(({ attempts }) => attempts.length > 0 && isIn(attempts[0]!.sentAt));
  const replies = asked.flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.replies));
  const waits = asked.flatMap(({ attempts }) => {
    const final = attempts.flatMap((attempt) => attempt.replies).find(({ reply }) => reply.result?.$case !== 'unavailable');
    return final === undefined ? [] : [final.at - attempts[0]!.sentAt];
  });
  const pauses = records.clients.flatMap((client) =>
    pausesOf(records, { client, sessions: staysOf(client, records.stoppedAt).sessions }, from, until),
  );
  return {
    commands: asked.length,
    unavailable: replies.filter(({ reply }) => reply.result?.$case === 'unavailable').length,
    eventsSeen: eventsSeen(records, isIn),
    answer: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), max: quantile(waits, 1) },
    pause: { p50: quantile(pauses, 0.5), max: quantile(pauses, 1) },
  };

  function isIn(at: number): boolean {
    return at >= from && at < until;
  }
};

/** The longest silence in the hot room that one client sat through; none where it was not in it. What it went away for by itself is its own affair. */
function pausesOf(
  records: Records,
  { client, sessions }: { client: ClientRecord; sessions: readonly Session[] },
  from: number,
  until: number,
): number[] {
  const hot = records.rooms.find((room) => room.hot)?.room;
  const own = new Set(client.notes.flatMap((note) => (note.kind === 'away' ? [note.connection] : [])));
  let longest = -1;
  let silentSince: number | undefined;
  const heard = (at: number): void => {
    if (silentSince !== undefined && at > from && silentSince < until)
      longest = Math.max(longest, Math.min(at, until) - Math.max(silentSince, from));
    silentSince = at;
  };
  for (const { room, joinedAt, connection, end, seen } of sessions) {
    if (room !== hot) continue;
    heard(joinedAt);
    for (const { at } of seen) heard(at);
    if (end === undefined) heard(records.quietAt);
    if (end !== undefined && (end.by !== 'closed' || own.has(connection))) {
      heard(end.at);
      silentSince = undefined;
    }
  }
  return longest < 0 ? [] : [longest];
}

function eventsSeen({ clients }: Records, isIn: (at: number) => boolean): number {
  let count = 0;
  for (const { notes } of clients) for (const note of notes) if (note.kind === 'batch' && isIn(note.at)) count += note.events.length;
  return count;
}

/** 0 where there is nothing. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
}
