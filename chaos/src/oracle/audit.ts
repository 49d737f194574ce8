import type { AuditEntry, AuditReading } from '../readings.js';
import type { PlatformAct } from '../records.js';
import { isAct } from './acts.js';
import type { Evidence } from './evidence.js';
import { Findings, type Rule } from './rule.js';
import { inWords, wordOf } from './word.js';

/**
 * Every management act of the log is in the audit log once, with who did it and to whom, and nothing else is; whatever the server API called done is there
 * as what was asked, with a key. The chains verify.
 */
export const audit: Rule = {
  name: 'audit-complete',
  needs: ['log', 'audit'],
  judge(evidence) {
    const findings = new Findings();
    const { entries = [], flaws = [], verified = 0 }: Partial<AuditReading> = evidence.readers.audit ?? {};
    const byPlace = new Map<string, AuditEntry[]>();
    for (const entry of entries) {
      const name = `${entry.room}/${entry.position}`;
      byPlace.set(name, [...(byPlace.get(name) ?? []), entry]);
      findings.check({ room: entry.room, position: entry.position }, difference(entry, evidence));
    }
    const at = (room: string, position: number): readonly AuditEntry[] => byPlace.get(`${room}/${position}`) ?? [];
    for (const { room } of evidence.records.rooms) judgeRoom(room, at, evidence, findings);
    for (const act of evidence.records.platform) judgeAct(act, at, evidence, findings);
    for (const flaw of flaws) findings.charge({}, flaw);
    findings.check({}, verified < entries.length ? `${verified} entries verify, ${entries.length} were read` : undefined);
    return findings;
  },
};

type At = (room: string, position: number) => readonly AuditEntry[];

function judgeRoom(room: string, at: At, evidence: Evidence, findings: Findings): void {
  const end = evidence.records.lastCalls.find((call) => call.room === room)?.position ?? 0;
  for (const logged of evidence.events.get(room) ?? []) {
    const { position, event } = logged;
    if (position > end || !isAct(logged)) continue;
    const times = at(room, position).length;
    findings.check({ room, position }, times === 1 ? undefined : `${wordOf(event)} is in the audit log ${times} times`);
  }
}

/** What an entry says that is not so; undefined: nothing. Content that belongs to others names them as targets, which the event does not. */
function difference({ room, position, act, operator, targets, apiKey }: AuditEntry, evidence: Evidence): string | undefined {
  const logged = evidence.at(room, position);
  if (logged === undefined) return `audited ${act}, the log has nothing there`;
  if (!isAct(logged)) return `audited ${act}, the log has ${wordOf(logged.event)} there, which is no act on others`;
  const { event } = logged;
  const isOfContent = ['queueChanged', 'attributesChanged', 'pinned', 'roomCreated'].includes(event.kind?.$case ?? '');
  const says = [act, operator, apiKey, isOfContent ? '' : targets.join()];
  const due = [wordOf(event), event.operator, logged.apiKey, isOfContent ? '' : event.targets.join()];
  return says.join('|') === due.join('|') ? undefined : `audited ${says.join('|')}, logged ${due.join('|')}`;
}

function judgeAct({ room, event: kind, account, commandId, position }: PlatformAct, at: At, evidence: Evidence, findings: Findings): void {
  if (position === 0) return;
  const logged = evidence.at(room, position)?.event;
  const [entry] = at(room, position);
  const name = `${commandId} (${kind} of ${account || 'the room'})`;
  const isLogged = logged?.kind?.$case === kind && (account === '' || logged.targets.includes(account));
  const isAudited = entry?.act === inWords(kind) && entry.apiKey !== '';
  const why = isLogged
    ? isAudited
      ? undefined
      : `${name}: done, and not audited as by the server API`
    : `${name}: done, and the log has ${logged?.kind?.$case} there`;
  findings.check({ room, account, position }, why);
}
