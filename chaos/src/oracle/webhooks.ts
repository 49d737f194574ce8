import type { WebhookReading } from '../readings.js';
import type { Evidence } from './evidence.js';
import { between } from './logged.js';
import { Findings, type Rule } from './rule.js';
import { wordOf } from './word.js';

/**
 * Every event of the asked kinds, whether or not members are told of it, was delivered at least once, and for the first time in the room's order; nothing else was, nothing as
 * another than it is, and nothing with a wrong signature. What comes behind the last call may still be on its way.
 */
export const webhooks: Rule = {
  name: 'webhooks-at-least-once-in-order',
  needs: ['log', 'webhooks'],
  judge(evidence) {
    const findings = new Findings();
    const { kinds = [], deliveries = [], forged = 0 }: Partial<WebhookReading> = evidence.readers.webhooks ?? {};
    const asked = new Set(kinds);
    const delivered = judgeDeliveries(evidence, deliveries, asked, findings);
    for (const { room, position: end } of evidence.records.lastCalls) {
      for (const { position, event } of between(evidence.events.get(room) ?? [], 0, end)) {
        if (!asked.has(wordOf(event))) continue;
        findings.check({ room, position }, delivered.get(room)?.has(position) ? undefined : `${wordOf(event)} was never delivered`);
      }
    }
    findings.check({}, forged === 0 ? undefined : `${forged} requests had a wrong signature`);
    return findings;
  },
};

/** By room: what was delivered. */
function judgeDeliveries(
  evidence: Evidence,
  deliveries: WebhookReading['deliveries'],
  asked: ReadonlySet<string>,
  findings: Findings,
): ReadonlyMap<string, ReadonlySet<number>> {
  const rooms = new Set(evidence.records.rooms.map(({ room }) => room));
  const delivered = new Map<string, Set<number>>();
  const newest = new Map<string, number>();
  for (const { room, position, kind, mark } of deliveries) {
    if (!rooms.has(room)) continue;
    const known = delivered.get(room) ?? new Set<number>();
    delivered.set(room, known);
    const before = newest.get(room) ?? 0;
    if (!known.has(position) && position < before) findings.charge({ room, position }, `first delivered behind ${before}`);
    known.add(position);
    newest.set(room, Math.max(before, position));
    const logged = evidence.at(room, position);
    const isSame = logged?.mark === mark && wordOf(logged.event) === kind;
    if (!isSame)
      findings.charge({ room, position }, `${kind} was delivered, the log has ${logged && wordOf(logged.event)} of another content`);
    else if (!asked.has(kind)) findings.charge({ room, position }, `${kind} was delivered, and not asked for`);
  }
  return delivered;
}
