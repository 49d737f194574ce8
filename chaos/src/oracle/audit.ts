import { Findings, type Rule } from './rule.js';

/** Every management act of the log is in the audit log once, with who did it and to whom, and nothing else is. */
export const audit: Rule = {
  name: 'audit-complete',
  needs: ['log', 'audit'],
  judge({ records, readers: { audit: reading }, events }) {
    const findings = new Findings();
    const rooms = new Set(records.rooms.map(({ room }) => room));
    const entries = new Map<string, number>();
    for (const { room, position, kind, operator, targets } of reading?.entries ?? []) {
      if (!rooms.has(room)) continue;
      const name = `${room}/${position}`;
      entries.set(name, (entries.get(name) ?? 0) + 1);
      const logged = (events.get(room) ?? []).find((one) => one.position === position)?.event;
      const isSame = logged?.kind?.$case === kind && logged.operator === operator && logged.targets.join() === targets.join();
      findings.check(
        { room, position },
        isSame ? undefined : `audited ${kind} by ${operator} of ${targets.join()}, logged ${logged?.kind?.$case}`,
      );
    }
    for (const room of rooms) {
      for (const { position, event } of events.get(room) ?? []) {
        if (!reading?.kinds.includes(event.kind?.$case ?? '')) continue;
        const times = entries.get(`${room}/${position}`) ?? 0;
        findings.check({ room, position }, times === 1 ? undefined : `${event.kind?.$case} is in the audit log ${times} times`);
      }
    }
    if (reading?.verified === false) findings.charge({}, 'the chain of the audit log does not verify');
    return findings;
  },
};
