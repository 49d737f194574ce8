import type { RoomCount } from '../readings.js';
import type { Evidence } from './evidence.js';
import { timeOf } from './logged.js';
import { Findings, type Rule } from './rule.js';

const lengthMs = { hour: 3_600_000, day: 86_400_000 };
/** How far an estimate of distinct accounts may be off. */
const estimateShare = 0.03;
const estimateLeast = 2;

/** The sums of each hour and day equal a recount of the log; distinct accounts lie where an estimate may lie. */
export const counters: Rule = {
  name: 'counters-equal-recount',
  needs: ['log', 'counters'],
  judge(evidence) {
    const findings = new Findings();
    const rooms = new Set(evidence.records.rooms.map(({ room }) => room));
    for (const count of evidence.readers.counters ?? []) if (rooms.has(count.room)) judgeOne(count, evidence, findings);
    const counted = new Set((evidence.readers.counters ?? []).map(({ room }) => room));
    for (const room of rooms) if (!counted.has(room)) findings.charge({ room }, 'no counter has it');
    return findings;
  },
};

function judgeOne(count: RoomCount, evidence: Evidence, findings: Findings): void {
  const { room, period, startMs } = count;
  const isIn = (ms: number): boolean => ms >= startMs && ms < startMs + lengthMs[period];
  const said = (evidence.events.get(room) ?? []).filter(({ event, position }) => event.kind?.$case === 'message' && isIn(timeOf(position)));
  const name = `${period} from ${new Date(startMs).toISOString()}`;
  const off = (what: string, is: number, due: number): string | undefined =>
    is === due ? undefined : `${name}: ${is} ${what}, the log has ${due}`;
  findings.check({ room }, off('messages', count.messages, said.length));
  findings.check({ room }, off('entries', count.entries, entriesOf(room, isIn, evidence)));
  if (count.active === undefined) return;
  const senders = new Set(said.map(({ event: { operator } }) => operator)).size;
  const everybody = new Set(
    evidence.stays.flatMap(({ sessions }) => sessions.filter((one) => one.room === room).map(({ client }) => client.account)),
  ).size;
  const [least, most] = [senders * (1 - estimateShare) - estimateLeast, everybody * (1 + estimateShare) + estimateLeast];
  const fits = count.active >= least && count.active <= most;
  findings.check({ room }, fits ? undefined : `${name}: ${count.active} active, of ${senders} who sent and ${everybody} who were there`);
}

function entriesOf(room: string, isIn: (ms: number) => boolean, { readers: { log = [] } }: Evidence): number {
  let entries = 0;
  for (const { record } of log) {
    if (!isIn(record.timeMs)) continue;
    for (const batch of record.batches) if (batch.room === room) entries += batch.tally?.enters ?? 0;
  }
  return entries;
}
