import { answersOf, positionIn, type Asked } from './attempts.js';
import type { Evidence } from './evidence.js';
import { Findings, type Rule } from './rule.js';
import type { Session } from './sessions.js';

/** After a kick or a block an account says nothing before it has entered again: each of its messages was sent by a session that joined after the last one. */
export const removed: Rule = {
  name: 'removed-gone',
  needs: ['log'],
  judge(evidence) {
    const findings = new Findings();
    const removals = removalsOf(evidence);
    const sessions = new Map<string, Session[]>();
    for (const session of evidence.stays.flatMap((stays) => stays.sessions)) {
      const name = `${session.client.client}\n${session.connection}\n${session.room}`;
      sessions.set(name, [...(sessions.get(name) ?? []), session]);
    }
    for (const asked of evidence.asked) {
      if (asked.sent.ask.$case !== 'sendMessage') continue;
      const position = Math.max(0, ...answersOf(asked).map(positionIn));
      if (position === 0) continue;
      const { room } = asked.sent;
      const before = (removals.get(`${room}\n${asked.client.account}`) ?? []).filter((at) => at < position);
      if (before.length === 0) continue;
      const heads = headsOf(asked, sessions);
      const why = heads.some((head) => head >= before.at(-1)!)
        ? undefined
        : `${asked.sent.commandId}: removed at ${before.at(-1)}, joined at ${heads.join()}`;
      findings.check({ room, account: asked.client.account, position }, why);
    }
    return findings;
  },
};

/** Where accounts were removed, in order. */
function removalsOf({ events }: Evidence): ReadonlyMap<string, number[]> {
  const removals = new Map<string, number[]>();
  for (const [room, list] of events) {
    for (const { event, position } of list) {
      if (event.kind?.$case !== 'kicked' && event.kind?.$case !== 'blocked') continue;
      for (const account of event.targets) removals.set(`${room}\n${account}`, [...(removals.get(`${room}\n${account}`) ?? []), position]);
    }
  }
  return removals;
}

/** Where the sessions by which a command was sent had joined. */
function headsOf({ client, sent, attempts }: Asked, sessions: ReadonlyMap<string, readonly Session[]>): number[] {
  const replies = attempts.flatMap((attempt) => attempt.replies);
  const toldAt = Math.min(...replies.filter(({ reply }) => reply.result?.$case === 'accepted').map(({ at }) => at));
  const tries = attempts.filter(({ sentAt }) => sentAt <= toldAt);
  return tries.flatMap(({ connection, sentAt }) => {
    const earlier = (sessions.get(`${client.client}\n${connection}\n${sent.room}`) ?? []).filter(({ joinedAt }) => joinedAt <= sentAt);
    return earlier.slice(-1).map(({ head }) => head);
  });
}
