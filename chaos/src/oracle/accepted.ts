import type { Ask } from '../records.js';
import { answersOf, positionIn, type Asked } from './attempts.js';
import type { Evidence } from './evidence.js';
import type { LoggedEvent } from './logged.js';
import { Findings, type Rule } from './rule.js';

/** What a command that changes something is logged as. */
const kinds: Partial<Record<Ask['$case'], readonly string[]>> = {
  sendMessage: ['message'],
  recallMessage: ['messageRecalled'],
  recallMessages: ['messageRecalled'],
  muteMember: ['muted'],
  unmuteMember: ['unmuted'],
  timedMuteMember: ['timedMuted'],
  timedUnmuteMember: ['timedUnmuted'],
  kickMember: ['kicked'],
  blockMember: ['blocked'],
  unblockMember: ['unblocked'],
  setRole: ['roleChanged'],
  muteRoom: ['roomMuted'],
  unmuteRoom: ['roomUnmuted'],
  muteTag: ['tagMuted'],
  unmuteTag: ['tagUnmuted'],
  setAttributes: ['attributesChanged'],
  removeAttributes: ['attributesChanged'],
  offerQueue: ['queueChanged'],
  pollQueue: ['queueChanged'],
  updateQueue: ['queueChanged'],
  dropQueue: ['queueChanged'],
};

/** Whatever was answered with a position is in the log at that position, as what was asked, and once; repeats got the same answer. */
export const accepted: Rule = {
  name: 'accepted-once-at-position',
  needs: ['log'],
  judge(evidence) {
    const findings = new Findings();
    for (const asked of evidence.asked) judgeOne(evidence, asked, findings);
    judgeDoubles(evidence, findings);
    return findings;
  },
};

function judgeOne(evidence: Evidence, asked: Asked, findings: Findings): void {
  const { sent, client } = asked;
  const told = [...new Set(answersOf(asked).map(positionIn))].filter((position) => position > 0);
  if (kinds[sent.ask.$case] === undefined || told.length === 0) return;
  const place = { room: sent.room, account: client.account, position: told[0]! };
  if (told.length > 1) return findings.check(place, `${sent.commandId}: told ${told.join(' and ')}`);
  findings.check(place, complaint(asked, evidence.at(sent.room, told[0]!)) ?? forgotten(asked));
}

/** How an edge itself may answer a repeat, before any room is asked. */
const ofTheEdge = ['not-joined', 'rate-limited'];

/** What happened is told again to who asks again: a repeat that was sent after the answer gets no other one. */
function forgotten({ sent, attempts }: Asked): string | undefined {
  const replies = attempts.flatMap(({ sentAt, replies: all }) => all.map(({ at, reply }) => ({ sentAt, at, result: reply.result })));
  const toldAt = Math.min(...replies.filter(({ result }) => result !== undefined && positionIn(result) > 0).map(({ at }) => at));
  for (const { sentAt, result } of replies) {
    if (sentAt < toldAt || result === undefined || result.$case === 'unavailable' || positionIn(result) > 0) continue;
    if (result.$case === 'refused' && ofTheEdge.includes(result.value.code)) continue;
    return `${sent.commandId}: it happened, and a repeat was answered ${result.$case === 'refused' ? result.value.code : result.$case}`;
  }
  return undefined;
}

function complaint({ sent: { ask, commandId }, client }: Asked, logged: LoggedEvent | undefined): string | undefined {
  const name = `${commandId} (${ask.$case})`;
  if (logged === undefined) return `${name}: the log has nothing at the position told`;
  const { kind, operator, targets } = logged.event;
  if (kind === undefined || !kinds[ask.$case]!.includes(kind.$case)) return `${name}: the log has ${kind?.$case} there`;
  if (operator !== client.account) return `${name}: the log says that ${operator} did it`;
  if (kind.$case === 'message') return messageComplaint(name, ask, commandId, kind.value);
  const target = 'account' in ask.value ? ask.value.account : '';
  return typeof target === 'string' && target !== '' && !targets.includes(target)
    ? `${name}: of ${target}, logged of ${targets.join()}`
    : undefined;
}

type Message = Extract<NonNullable<LoggedEvent['event']['kind']>, { $case: 'message' }>['value'];

function messageComplaint(name: string, ask: Ask, commandId: string, message: Message): string | undefined {
  if (message.commandId !== commandId) return `${name}: the log has ${message.commandId} there`;
  if (ask.$case !== 'sendMessage') return undefined;
  const [asked, logged] = [JSON.stringify(ask.value.body), JSON.stringify(message.body)];
  return asked === logged ? undefined : `${name}: said ${asked}, logged ${logged}`;
}

/** No message is in the log twice, and none that nobody sent. */
function judgeDoubles(evidence: Evidence, findings: Findings): void {
  const accounts = new Set(evidence.records.clients.map(({ account }) => account));
  const met = new Map<string, number>();
  for (const [room, events] of evidence.events) {
    for (const { position, event } of events) {
      if (event.kind?.$case !== 'message' || !accounts.has(event.kind.value.account)) continue;
      const { account, commandId } = event.kind.value;
      const name = `${room}\n${account}\n${commandId}`;
      const before = met.get(name);
      const unasked = evidence.askedAs(account, commandId) === undefined;
      const why = before !== undefined ? `${commandId}: logged at ${before} too` : unasked ? `${commandId}: nobody sent it` : undefined;
      findings.check({ room, account, position }, why);
      met.set(name, position);
    }
  }
}
