import { checkListSessions, refuse, type CommandValue, type ReplyResult } from '@plaza/domain';
import type { LoadedRoom } from '../loaded-room.js';
import { pageOf } from '../pages.js';
import { refusedResult } from '../replies.js';
import type { Session } from '../session.js';
import type { ShardCore } from '../shard-core.js';

const mostSessions = 100;

/** Who is here with a tag, one row a session, by the time of entry. */
export function listSessions(core: ShardCore, room: LoadedRoom, ask: CommandValue<'listSessions'>): ReplyResult {
  const no = checkListSessions(ask);
  if (no !== undefined) return refusedResult(no);
  const tagged = core.sessions.some(room.id, ({ tags }) => tags.includes(ask.tag));
  const placeOf = ({ enteredMs, account, asker, number }: Session) => ({ ms: enteredMs, name: `${account} ${asker} ${number}` });
  const page = pageOf(tagged, placeOf, ask.pageToken, ask.limit || mostSessions);
  if (page === undefined) return refusedResult(refuse('bad-request', 'the page token is none of this list'));
  const sessions = page.rows.map(({ account, deviceId, deviceKind, tags, enteredMs }) => ({
    account,
    device: { id: deviceId, kind: deviceKind },
    tags: [...tags],
    enteredMs,
  }));
  return { $case: 'sessionPage', value: { sessions, next: page.next, settling: core.settling() } };
}
