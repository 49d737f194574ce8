import type { Direct } from '@plaza/proto/client';
import type { Asked } from './attempts.js';
import type { Evidence } from './evidence.js';
import { between, type LoggedEvent } from './logged.js';
import { Findings, type Rule } from './rule.js';
import type { Session } from './sessions.js';

interface Receipt {
  readonly at: number;
  readonly client: string;
  readonly account: string;
  readonly connection: number;
  readonly direct: Direct;
}

/**
 * A directed message is seen by whom it is for and by its sender's other devices, once a connection at most; by no more sessions than the sender was told; and
 * nobody is called absent who got it, or who was there all the time.
 */
export const directed: Rule = {
  name: 'directed-to-its-receivers',
  needs: [],
  judge(evidence) {
    const findings = new Findings();
    const receipts = receiptsOf(evidence);
    for (const [name, list] of receipts) {
      const [room = '', account = '', commandId = ''] = name.split('\n');
      const asked = evidence.askedAs(account, commandId);
      for (const receipt of list) findings.check({ room, account: receipt.account }, complaint(receipt, asked, room));
      for (const why of doubles(list)) findings.charge({ room, account }, `${commandId}: ${why}`);
    }
    for (const asked of evidence.asked) judgeCount(asked, receipts, evidence, findings);
    return findings;
  },
};

function receiptsOf({ records }: Evidence): ReadonlyMap<string, readonly Receipt[]> {
  const receipts = new Map<string, Receipt[]>();
  for (const { client, account, notes } of records.clients) {
    for (const note of notes) {
      if (note.kind !== 'direct') continue;
      const { room, message } = note.direct;
      const name = `${room}\n${message?.account}\n${message?.commandId}`;
      receipts.set(name, [
        ...(receipts.get(name) ?? []),
        { at: note.at, client, account, connection: note.connection, direct: note.direct },
      ]);
    }
  }
  return receipts;
}

function complaint({ account, client, direct }: Receipt, asked: Asked | undefined, room: string): string | undefined {
  const id = direct.message?.commandId ?? '';
  if (asked?.sent.ask.$case !== 'sendMessage' || asked.sent.room !== room) return `${client} got ${id}, which nobody sent`;
  const receivers = asked.sent.ask.value.options?.receivers ?? [];
  if (account !== asked.client.account && !receivers.includes(account)) return `${client} got ${id}, which is for ${receivers.join()}`;
  if (JSON.stringify(direct.message?.body) !== JSON.stringify(asked.sent.ask.value.body)) return `${client} got ${id} with another content`;
  return undefined;
}

function doubles(list: readonly Receipt[]): string[] {
  const met = new Set<string>();
  return list.flatMap(({ client, connection }) => {
    const name = `${client} connection ${connection}`;
    if (met.has(name)) return [`${name} got it twice`];
    met.add(name);
    return [];
  });
}

/** Of one sending that was answered: a repeat counts those who are there then. */
function judgeCount(asked: Asked, receipts: ReadonlyMap<string, readonly Receipt[]>, evidence: Evidence, findings: Findings): void {
  const { sent, client, attempts } = asked;
  const [attempt] = attempts;
  const [reply] = attempt?.replies ?? [];
  if (attempt === undefined || attempts.length > 1 || reply?.reply.result?.$case !== 'delivered') return;
  const { sessions, absent } = reply.reply.result.value;
  const receivers = sent.ask.$case === 'sendMessage' ? (sent.ask.value.options?.receivers ?? []) : [];
  const all = receipts.get(`${sent.room}\n${client.account}\n${sent.commandId}`) ?? [];
  const counted = all.filter(({ account, at }) => receivers.includes(account) && at >= answererSince(sent.room, reply.at, evidence));
  const place = { room: sent.room, account: client.account };
  findings.check(place, counted.length > sessions ? `${sent.commandId}: ${counted.length} sessions got it, told ${sessions}` : undefined);
  const there = counted.find(({ account }) => absent.includes(account));
  if (there !== undefined) findings.charge(place, `${sent.commandId}: ${there.account} got it, and was said to be absent`);
  const called = { room: sent.room, sentAt: attempt.sentAt, repliedAt: reply.at, head: reply.reply.head };
  for (const account of absent) findings.check({ room: sent.room, account }, complaintOfAbsence(account, called, sent.commandId, evidence));
}

/** When the holder came that gave an answer: where the one before had died over it, the edge asked again by itself, and what that one delivered is not counted. */
function answererSince(room: string, repliedAt: number, { watch, records: { originMs } }: Evidence): number {
  return watch.claimedMs(room, originMs + repliedAt) - originMs;
}

interface Called {
  readonly room: string;
  readonly sentAt: number;
  readonly repliedAt: number;
  readonly head: number;
}

/** Clients ping so often that something comes at least in such a time. */
const heardMs = 6000;

/** It was in the room before and after, on a connection that worked, and nobody had removed it. */
function complaintOfAbsence(account: string, called: Called, commandId: string, { stays, events }: Evidence): string | undefined {
  const sessions = stays.flatMap((stay) => stay.sessions.filter((one) => one.room === called.room && one.client.account === account));
  const present = sessions.find((session) => wasThere(session, called));
  if (present === undefined) return undefined;
  const isRemoval = ({ event: { kind, targets } }: LoggedEvent): boolean =>
    (kind?.$case === 'kicked' || kind?.$case === 'blocked') && targets.includes(account);
  const since = between(events.get(called.room) ?? [], present.head, called.head);
  return since.some(isRemoval) ? undefined : `${commandId}: ${account} was said to be absent, and was there on ${present.client.client}`;
}

function wasThere({ client, connection, joinedAt, end }: Session, { sentAt, repliedAt }: Called): boolean {
  if (joinedAt > sentAt || (end !== undefined && end.at < repliedAt + heardMs)) return false;
  const heard = (from: number): boolean =>
    client.notes.some((note) => heardKinds.has(note.kind) && note.at >= from && note.at < from + heardMs && note.connection === connection);
  return heard(sentAt - heardMs) && heard(repliedAt);
}

const heardKinds: ReadonlySet<string> = new Set(['reply', 'batch', 'signal']);
