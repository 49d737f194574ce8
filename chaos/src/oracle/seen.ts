import type { Evidence } from './evidence.js';
import { between, isFor, type LoggedEvent } from './logged.js';
import { Findings, type Rule } from './rule.js';
import type { Session } from './sessions.js';

/**
 * Every session saw everything that the log has for it, from where it began, exactly once and in order, or was told of a range that it could not be
 * given; and saw nothing else. Whoever was there at the end has read to the end.
 */
export const seen: Rule = {
  name: 'seen-once-in-order',
  needs: ['log'],
  judge(evidence) {
    const findings = new Findings();
    const ends = new Map(evidence.records.lastCalls.map(({ room, position }) => [room, position]));
    for (const { sessions, stray } of evidence.stays) {
      for (const session of sessions) judgeSession(evidence, session, ends.get(session.room) ?? 0, findings);
      for (const { room } of stray) findings.charge({ room }, 'something came of a room in which the connection was not');
    }
    return findings;
  },
};

function judgeSession(evidence: Evidence, session: Session, end: number, findings: Findings): void {
  const { room, client } = session;
  const events = evidence.events.get(room) ?? [];
  const tags = new Set(client.tags);
  const place = { room, account: client.account };
  const name = `${client.client} connection ${session.connection}`;
  let at = session.from;
  for (const note of session.seen) {
    if (note.kind === 'incomplete') {
      if (note.after > at) findings.charge({ ...place, position: at }, `${name}: incomplete from ${note.after}, having read to ${at}`);
      at = Math.max(at, note.until);
      continue;
    }
    if (note.prev !== at)
      findings.charge(
        { ...place, position: note.last },
        `${name}: ${note.last <= at ? 'a repeat' : 'a gap'}: ${note.prev}-${note.last} at ${at}`,
      );
    if (note.last <= at) continue;
    const due = between(events, note.prev, note.last).filter((event) => isFor(event, tags));
    for (const { position, why } of difference(due, note.events)) findings.charge({ ...place, position }, `${name}: ${why}`);
    findings.checked += note.events.length;
    at = note.last;
  }
  const late = session.end === undefined && at < end ? `${name}: read to ${at}, the last call is at ${end}` : undefined;
  findings.check({ ...place, position: end }, late);
}

function difference(
  due: readonly LoggedEvent[],
  seen: readonly { position: number; mark: number; kind: string }[],
): { position: number; why: string }[] {
  if (due.length === seen.length && due.every(({ position, mark }, i) => seen[i]!.position === position && seen[i]!.mark === mark))
    return [];
  const marks = new Map(seen.map(({ position, mark }) => [position, mark]));
  const wanted = new Set(due.map(({ position }) => position));
  const found: { position: number; why: string }[] = [];
  for (const { position, mark, event } of due) {
    if (!marks.has(position)) found.push({ position, why: `never saw ${event.kind?.$case}` });
    else if (marks.get(position) !== mark) found.push({ position, why: `saw another ${event.kind?.$case} than the log has` });
  }
  for (const { position, kind } of seen)
    if (!wanted.has(position)) found.push({ position, why: `saw ${kind}, which is not in the log for it` });
  if (marks.size < seen.length || found.length === 0)
    found.push({ position: seen[0]?.position ?? 0, why: 'saw events twice or out of order' });
  return found;
}
