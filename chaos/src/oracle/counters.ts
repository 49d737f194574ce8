import type { RoomCount } from '../readings.js';
import { activeBounds } from './active.js';
import type { Evidence } from './evidence.js';
import { timeOf } from './logged.js';
import { Findings, type Rule } from './rule.js';

/** How far an estimate of distinct accounts may be off. */
const estimateShare = 0.03;
const estimateLeast = 1;

/** The sums of each hour and day, by top-N and by series, equal a recount of the log; distinct accounts are within 3 % of those who entered or sent. */
export const counters: Rule = {
  name: 'counters-equal-recount',
  needs: ['log', 'counters'],
  judge(evidence) {
    const findings = new Findings();
    const rooms = new Set(evidence.records.rooms.map(({ room }) => room));
    const counted = new Set<string>();
    for (const count of evidence.readers.counters ?? []) {
      if (!rooms.has(count.room)) continue;
      counted.add(`${count.room}/${count.from}/${count.period}`);
      judgeOne(count, evidence, findings);
    }
    for (const room of rooms)
      for (const from of ['top-rooms', 'series'])
        for (const period of ['hour', 'day'])
          if (!counted.has(`${room}/${from}/${period}`)) findings.charge({ room }, `no ${period} of ${from} has it`);
    return findings;
  },
};

function judgeOne(count: RoomCount, evidence: Evidence, findings: Findings): void {
  const { room, from, period, startMs, endMs } = count;
  const isIn = (ms: number): boolean => ms >= startMs && ms < endMs;
  const said = (evidence.events.get(room) ?? []).filter(({ event, position }) => event.kind?.$case === 'message' && isIn(timeOf(position)));
  const name = `${period} from ${new Date(startMs).toISOString()} by ${from}`;
  const off = (what: string, is: number, due: number): string | undefined =>
    is === due ? undefined : `${name}: ${is} ${what}, the log has ${due}`;
  findings.check({ room }, off('messages', count.messages, said.length));
  findings.check({ room }, off('entries', count.entries, entriesOf(room, isIn, evidence)));
  const senders = said.flatMap(({ event: { kind } }) => (kind?.$case === 'message' ? [kind.value.account] : []));
  const { surely, perhaps } = activeBounds(room, startMs, endMs, senders, evidence);
  const fits = count.active >= leastOf(surely) && count.active <= mostOf(perhaps);
  findings.check(
    { room },
    fits ? undefined : `${name}: ${count.active} active, of ${surely} who surely were and ${perhaps} who may have been`,
  );
}

const marginOf = (accounts: number): number => Math.max(estimateLeast, accounts * estimateShare);
const leastOf = (accounts: number): number => accounts - marginOf(accounts);
const mostOf = (accounts: number): number => accounts + marginOf(accounts);

function entriesOf(room: string, isIn: (ms: number) => boolean, { readers: { log = [] } }: Evidence): number {
  let entries = 0;
  for (const { record } of log) {
    if (!isIn(record.timeMs)) continue;
    for (const batch of record.batches) if (batch.room === room) entries += batch.tally?.enters ?? 0;
  }
  return entries;
}
