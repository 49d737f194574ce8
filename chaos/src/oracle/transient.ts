import { QueueChange } from '@plaza/proto/client';
import { answersOf, positionIn } from './attempts.js';
import type { Evidence } from './evidence.js';
import { Model } from './model.js';
import { Findings, type Rule } from './rule.js';
import type { Session } from './sessions.js';

/** The clocks of client and holder tick apart by this much. */
const tickMs = 100;

/**
 * A transient element is gone if and only if its owner was gone past the grace. Too early: the owner was proven present (something of it was decided in the
 * room) less than the grace before anybody saw the element go. Too late: the owner came back after grace and slack, and it is there still.
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
    if (event.kind?.$case !== 'queueChanged' || event.kind.value.change !== QueueChange.QUEUE_CHANGE_OWNER_LEFT) continue;
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

/** When the events that take elements away were first seen by anybody. */
function firstSeen(room: string, { stays }: Evidence): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  for (const session of stays.flatMap(({ sessions }) => sessions)) {
    if (session.room !== room) continue;
    for (const note of session.seen) {
      if (note.kind !== 'batch') continue;
      for (const { position, kind } of note.events) {
        if (kind === 'queueChanged') first.set(position, Math.min(note.at, first.get(position) ?? Infinity));
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
  readonly ms: number;
  /** The room's head when the account was back: what it left behind is gone by then. */
  readonly head: number;
}

function tooLate(room: string, evidence: Evidence, findings: Findings): void {
  const { graceMs, absenceSlackMs } = evidence.records;
  const long = absencesIn(room, evidence).filter(({ ms }) => ms > graceMs + absenceSlackMs);
  const model = new Model();
  const due = [...long].sort((a, b) => a.head - b.head);
  const settle = (position: number): void => {
    while (due.length > 0 && due[0]!.head < position) {
      const { account, ms, head } = due.shift()!;
      const left = model.elementsOf(account).map(({ key }) => key);
      findings.check(
        { room, account, position: head },
        left.length === 0 ? undefined : `${left.join()} stayed, its owner was gone for ${Math.round(ms)} ms`,
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
function absencesIn(room: string, { stays, records }: Evidence): Absence[] {
  const byAccount = new Map<string, Session[]>();
  for (const session of stays.flatMap(({ sessions }) => sessions)) {
    if (session.room === room) byAccount.set(session.client.account, [...(byAccount.get(session.client.account) ?? []), session]);
  }
  return [...byAccount].flatMap(([account, sessions]) => {
    const absences: Absence[] = [];
    let until = Infinity;
    for (const { sentAt, head, end } of sessions.sort((a, b) => a.sentAt - b.sentAt)) {
      if (sentAt > until) absences.push({ account, ms: sentAt - until, head });
      const endAt = end?.at ?? records.stoppedAt;
      until = until === Infinity ? endAt : Math.max(until, endAt);
    }
    return absences;
  });
}
