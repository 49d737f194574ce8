import { QueueChange, type Event } from '@plaza/proto/client';
import { answersOf, positionIn } from './attempts.js';
import type { Evidence } from './evidence.js';
import { Model } from './model.js';
import { Findings, type Rule } from './rule.js';
import type { Session, SessionEnd } from './sessions.js';

/** The clocks of client and holder tick apart by this much. */
const tickMs = 100;

/**
 * A transient element, and an attribute that is bound to its owner, is gone if and only if its owner was gone past the grace. Too early: the owner was proven
 * present (something of it was decided in the room) less than the grace before anybody saw it go. Too late: the owner came back, its absence could be known for
 * longer than grace and slack (takeovers and stalls of its shard do not count), and it is there still.
 */
export const transient: Rule = {
  name: 'transient-with-owner',
  needs: ['log'],
  judge(evidence) {
    const findings = new Findings();
    for (const { room } of evidence.records.rooms) {
      tooEarly(room, evidence, findings);
      tooLate(room, evidence, findings);
    }
    return findings;
  },
};

function tooEarly(room: string, evidence: Evidence, findings: Findings): void {
  const { graceMs } = evidence.records;
  const seenAt = firstSeen(room, evidence);
  for (const { position, event } of evidence.events.get(room) ?? []) {
    if (!wentWithOwner(event)) continue;
    const [owner = ''] = event.targets;
    const goneAt = seenAt.get(position);
    if (goneAt === undefined) continue;
    const thereAt = provenThere(room, owner, position, evidence);
    const early = goneAt - thereAt < graceMs - tickMs;
    findings.check(
      { room, account: owner, position },
      early ? `gone ${Math.round(goneAt - thereAt)} ms after its owner was there` : undefined,
    );
  }
}

/** Nobody asked for it: it went because its owner was gone. */
function wentWithOwner({ kind, operator, targets }: Event): boolean {
  if (kind?.$case === 'queueChanged') return kind.value.change === QueueChange.QUEUE_CHANGE_OWNER_LEFT;
  return kind?.$case === 'attributesChanged' && operator === '' && targets.length === 1;
}

/** When the events that take elements away were first seen by anybody. */
function firstSeen(room: string, { stays }: Evidence): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  for (const session of stays.flatMap(({ sessions }) => sessions)) {
    if (session.room !== room) continue;
    for (const note of session.seen) {
      if (note.kind !== 'batch') continue;
      for (const { position, kind } of note.events) {
        if (kind === 'queueChanged' || kind === 'attributesChanged')
          first.set(position, Math.min(note.at, first.get(position) ?? Infinity));
      }
    }
  }
  return first;
}

/** The latest moment at which an account was surely in the room before a position: something that it sent then was decided before it. */
function provenThere(room: string, owner: string, before: number, { asked, stays }: Evidence): number {
  let latest = -Infinity;
  for (const one of asked) {
    if (one.sent.room !== room || one.client.account !== owner || one.sent.ask.$case === 'leave') continue;
    const position = Math.max(0, ...answersOf(one).map(positionIn));
    if (position > 0 && position < before) latest = Math.max(latest, one.attempts[0]!.sentAt);
  }
  for (const { sessions } of stays) {
    for (const session of sessions) {
      if (session.room === room && session.client.account === owner && session.head < before) latest = Math.max(latest, session.sentAt);
    }
  }
  return latest;
}

interface Absence {
  readonly account: string;
  /** What it had read of the room: what was bound to it later was bound to somebody absent, perhaps. */
  readonly readTo: number;
  /** From its end to the next joining. */
  readonly ms: number;
  /** Of these: those in which it could be known. */
  readonly knownMs: number;
  /** The room's head when the account was back: what it left behind is gone by then. */
  readonly head: number;
}

function tooLate(room: string, evidence: Evidence, findings: Findings): void {
  const { graceMs, absenceSlackMs } = evidence.records;
  const long = absencesIn(room, evidence).filter(({ knownMs }) => knownMs > graceMs + absenceSlackMs);
  const model = new Model();
  const due = [...long].sort((a, b) => a.head - b.head);
  const settle = (position: number): void => {
    while (due.length > 0 && due[0]!.head < position) {
      const { account, readTo, ms, knownMs, head } = due.shift()!;
      const left = model.boundTo(account).flatMap(({ key, revision }) => (revision <= readTo ? [key] : []));
      findings.check(
        { room, account, position: head },
        left.length === 0
          ? undefined
          : `${left.join()} stayed, its owner was gone for ${Math.round(ms)} ms, which could be known for ${Math.round(knownMs)} ms`,
      );
    }
  };
  for (const { event, position } of evidence.events.get(room) ?? []) {
    settle(position);
    model.take(event);
  }
  settle(Infinity);
}

/** The times between the sessions of each account, whatever its devices. */
function absencesIn(room: string, { stays, records, watch }: Evidence): Absence[] {
  const byAccount = new Map<string, Session[]>();
  for (const session of stays.flatMap(({ sessions }) => sessions)) {
    if (session.room === room) byAccount.set(session.client.account, [...(byAccount.get(session.client.account) ?? []), session]);
  }
  const unix = (at: number): number => records.originMs + at;
  return [...byAccount].flatMap(([account, sessions]) => {
    const absences: Absence[] = [];
    let until = Infinity;
    let goneAt = -Infinity;
    let readTo = 0;
    for (const { sentAt, head, end, seen } of sessions.sort((a, b) => a.sentAt - b.sentAt)) {
      if (sentAt > until) absences.push({ account, readTo, ms: sentAt - until, knownMs: watch.ms(room, unix(goneAt), unix(sentAt)), head });
      readTo = Math.max(readTo, head, readBy(seen));
      const endAt = end?.at ?? records.stoppedAt;
      until = until === Infinity ? endAt : Math.max(until, endAt);
      goneAt = Math.max(goneAt, endAt + (isTold(end) ? 0 : records.edgeGraceMs));
    }
    return absences;
  });
}

const readBy = (seen: Session['seen']): number =>
  seen.reduce((last, note) => (note.kind === 'batch' ? Math.max(last, note.last) : last), 0);

/** Whether the room was told of the end at once. Otherwise the edge may have been lost as well, which keeps a session for a while. */
const isTold = (end: SessionEnd | undefined): boolean => end?.by === 'removed' || (end?.by === 'left' && end.code !== 'unavailable');
