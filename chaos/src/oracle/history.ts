import { markOf } from '../mark.js';
import type { HistoryReading } from '../readings.js';
import type { Evidence } from './evidence.js';
import { between, timeOf, type LoggedEvent } from './logged.js';
import { Findings, type Rule } from './rule.js';

/** The history has what the log has: every stored event once, in order, without what was recalled and without `store: false`. */
export const history: Rule = {
  name: 'history-equals-log',
  needs: ['log', 'history'],
  judge(evidence) {
    const findings = new Findings();
    for (const { room } of evidence.records.rooms) {
      const reading = evidence.readers.history?.get(room);
      const end = evidence.records.lastCalls.find((call) => call.room === room)?.position ?? 0;
      const behind =
        reading === undefined
          ? 'its history was not read'
          : reading.upTo < end
            ? `its history is at ${reading.upTo}, the last call at ${end}`
            : undefined;
      findings.check({ room }, behind);
      if (reading !== undefined) judgeRoom(room, reading, evidence, findings);
    }
    return findings;
  },
};

function judgeRoom(room: string, { events: rows, upTo }: HistoryReading, evidence: Evidence, findings: Findings): void {
  const due = storedOf(between(evidence.events.get(room) ?? [], 0, upTo), evidence);
  const known = new Map(rows.map((event) => [event.position, markOf(event)]));
  for (const { position, mark, event } of due) {
    const found = known.get(position);
    const why =
      found === undefined
        ? `the history lacks ${event.kind?.$case}`
        : found === mark
          ? undefined
          : `the history has another ${event.kind?.$case}`;
    findings.check({ room, position }, why);
  }
  const wanted = new Set(due.map(({ position }) => position));
  let last = 0;
  for (const { position, kind } of rows) {
    if (!wanted.has(position)) findings.charge({ room, position }, `the history has ${kind?.$case}, which is not to be in it`);
    if (position <= last) findings.charge({ room, position }, `the history gives ${position} behind ${last}`);
    last = position;
  }
}

/** Whether a message is stored is what its sender asked for; of other events it is what the log says. */
function storedOf(events: readonly LoggedEvent[], evidence: Evidence): readonly LoggedEvent[] {
  const kept = events.filter(({ event: { kind }, stored }) => {
    if (kind?.$case !== 'message') return stored;
    const ask = evidence.askedAs(kind.value.account, kind.value.commandId)?.sent.ask;
    return ask?.$case === 'sendMessage' ? (ask.value.options?.store ?? true) : stored;
  });
  const recalls = events.flatMap(({ event: { kind }, position }) =>
    kind?.$case === 'messageRecalled' ? [{ ...kind.value, position }] : [],
  );
  const one = new Set(recalls.map(({ recalled }) => recalled));
  const all = recalls.filter(({ recalled }) => recalled === 0);
  return kept.filter(({ position, event: { kind } }) => {
    if (kind?.$case !== 'message') return true;
    const { account } = kind.value;
    return (
      !one.has(position) &&
      !all.some((recall) => recall.account === account && position < recall.position && timeOf(position) >= recall.sinceMs)
    );
  });
}
