import type { Asked, Attempt } from './attempts.js';
import { Findings, type Rule } from './rule.js';

/** Every promise has its time-out: what was not answered by then, on a connection that stayed, was met with silence. */
const silenceMs = 25_000;

/** Every sending of a command got exactly one reply, or its connection closed. `unavailable` is a reply. */
export const answers: Rule = {
  name: 'answers',
  needs: [],
  judge({ asked, records: { stoppedAt, clients } }) {
    const findings = new Findings();
    for (const one of asked) for (const attempt of one.attempts) findings.check(placeOf(one), complaint(one, attempt, stoppedAt));
    for (const { account, notes } of clients) {
      for (const note of notes) {
        if (note.kind === 'reply' && note.command < 0) findings.charge({ account }, `a reply to id ${note.id}, which waits for none`);
      }
    }
    return findings;
  },
};

const placeOf = ({ client, sent }: Asked): { room: string; account: string } => ({ room: sent.room, account: client.account });

function complaint({ sent, client }: Asked, { replies, sentAt, closedAt, connection, id }: Attempt, stoppedAt: number): string | undefined {
  const name = `${client.client} connection ${connection} id ${id} ${sent.ask.$case} ${sent.commandId}`;
  if (replies.length > 1) return `${name}: ${replies.length} replies`;
  const [reply] = replies;
  if (reply !== undefined) return reply.at - sentAt > silenceMs ? `${name}: answered after ${Math.round(reply.at - sentAt)} ms` : undefined;
  const waitedMs = Math.min(closedAt ?? Infinity, stoppedAt) - sentAt;
  return waitedMs > silenceMs ? `${name}: silence for ${Math.round(waitedMs)} ms` : undefined;
}
