import type { Direct } from '@plaza/proto/client';
import { answersOf, type Asked } from './attempts.js';
import type { Evidence } from './evidence.js';
import { Findings, type Rule } from './rule.js';

interface Receipt {
  readonly client: string;
  readonly account: string;
  readonly connection: number;
  readonly direct: Direct;
}

/** A directed message is seen by whom it is for and by its sender's other devices, once a connection at most; by no more sessions than the sender was told. */
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
      receipts.set(name, [...(receipts.get(name) ?? []), { client, account, connection: note.connection, direct: note.direct }]);
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

/**
 * Of one sending that was answered: a repeat counts those who are there then. Where a holder took the shard over meanwhile, the edge asked again by itself, and the
 * answer is of those whom the new holder knew.
 */
function judgeCount(asked: Asked, receipts: ReadonlyMap<string, readonly Receipt[]>, evidence: Evidence, findings: Findings): void {
  const { sent, client, attempts } = asked;
  const replies = attempts.flatMap((attempt) => attempt.replies);
  const delivered = answersOf(asked).filter((answer) => answer.$case === 'delivered');
  if (delivered.length === 0 || attempts.length > 1) return;
  const { sessions, absent } = delivered[0]!.value;
  const all = receipts.get(`${sent.room}\n${client.account}\n${sent.commandId}`) ?? [];
  const since = Math.min(...all.map(({ direct }) => direct.after));
  if (evidence.takeovers(sent.room).some((head) => head >= since && head <= replies[0]!.reply.head)) return;
  const receivers = sent.ask.$case === 'sendMessage' ? (sent.ask.value.options?.receivers ?? []) : [];
  const counted = all.filter(({ account }) => receivers.includes(account));
  const place = { room: sent.room, account: client.account };
  findings.check(place, counted.length > sessions ? `${sent.commandId}: ${counted.length} sessions got it, told ${sessions}` : undefined);
  const there = counted.find(({ account }) => absent.includes(account));
  if (there !== undefined) findings.charge(place, `${sent.commandId}: ${there.account} got it, and was said to be absent`);
}
