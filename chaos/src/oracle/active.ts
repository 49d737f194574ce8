import type { Evidence } from './evidence.js';
import type { Session } from './sessions.js';

/** A tally comes so soon at the latest: who only entered in a holder's last moments is lost with it (services/metrics, README). */
const toldMs = 15_000;

/**
 * How many accounts entered or sent in a room within a period: those who surely did, and those who may have. Surely: who sent, and who came in (with no other
 * session there) where the same holder served for long enough afterwards to say so. Entries count at their tally's time, so those near a boundary are not sure.
 */
export function activeBounds(
  room: string,
  startMs: number,
  endMs: number,
  senders: readonly string[],
  { stays, watch, records: { originMs } }: Evidence,
): { readonly surely: number; readonly perhaps: number } {
  const surely = new Set(senders);
  const perhaps = new Set(senders);
  const sessions = stays.flatMap((stay) => stay.sessions).filter((session) => session.room === room);
  for (const session of sessions) {
    const { account } = session.client;
    const joinedMs = originMs + session.joinedAt;
    if (joinedMs >= startMs - toldMs && originMs + session.sentAt < endMs) perhaps.add(account);
    const isInside = originMs + session.sentAt >= startMs && joinedMs + toldMs < endMs;
    if (!surely.has(account) && isInside && isAlone(session, sessions) && watch.ms(room, joinedMs, joinedMs + toldMs) > 0.8 * toldMs)
      surely.add(account);
  }
  return { surely: surely.size, perhaps: perhaps.size };
}

/** Nothing else of its account was in the room, or had been lately. */
const isAlone = ({ client, sentAt, joinedAt }: Session, sessions: readonly Session[]): boolean =>
  sessions.every(({ client: other, joinedAt: otherAt, end }) => {
    return other.account !== client.account || otherAt >= joinedAt || (end !== undefined && end.at + toldMs < sentAt);
  });
