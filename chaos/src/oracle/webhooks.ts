import { Findings, type Rule } from './rule.js';

/** Every event of the asked kinds was delivered at least once, and for the first time in the room's order. */
export const webhooks: Rule = {
  name: 'webhooks-at-least-once-in-order',
  needs: ['log', 'webhooks'],
  judge({ records, readers: { webhooks: reading }, events }) {
    const findings = new Findings();
    const delivered = new Map<string, Set<number>>();
    for (const { room, position } of reading?.deliveries ?? []) {
      const known = delivered.get(room) ?? new Set<number>();
      delivered.set(room, known);
      const newest = [...known].at(-1) ?? 0;
      if (!known.has(position) && position < newest) findings.charge({ room, position }, `first delivered behind ${newest}`);
      known.add(position);
    }
    for (const { room } of records.rooms) {
      const known = delivered.get(room);
      for (const { position, event } of events.get(room) ?? []) {
        if (!reading?.kinds.includes(event.kind?.$case ?? '')) continue;
        findings.check({ room, position }, known?.has(position) ? undefined : `${event.kind?.$case} was never delivered`);
      }
    }
    return findings;
  },
};
