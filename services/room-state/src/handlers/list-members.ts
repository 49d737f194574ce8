import { mayAsk, memberView, parseAccountId, refuse, roleOf, type Actor, type Refusal, type ReplyResult } from '@plaza/domain';
import type { ListMembers, Member } from '@plaza/proto/client';
import type { Asked } from '../asked.js';
import type { LoadedRoom } from '../loaded-room.js';
import { refusedResult } from '../replies.js';
import type { PresentAccount } from '../room-presence.js';
import { actorOf, sessionOf } from '../session.js';
import type { ShardCore } from '../shard-core.js';
import { admit, whyNotAdmitted } from './admit.js';

const mostMembers = 100;

/** One page of who is online: one row an account, by the time of entry, then by account. */
export function listMembers(core: ShardCore, room: LoadedRoom, asked: Asked, ask: ListMembers): void {
  const actor = askerOf(core, room, asked);
  if (actor === undefined) return asked.unknownSession();
  const presence = core.sessions.of(room.id);
  const no = 'code' in actor ? actor : mayAsk(room.state, { actor, presence });
  asked.answer(core.outbox, room, no === undefined ? page(core, room, ask) : refusedResult(no));
}

function askerOf(core: ShardCore, room: LoadedRoom, { entry, asker }: Asked): Actor | Refusal | undefined {
  if (entry.session === 0) return { kind: 'api', operator: parseAccountId(entry.operator), as: undefined };
  const known = core.sessions.find(asker, entry.session);
  if (known !== undefined && known.room === room.id) return actorOf(known);
  const session = entry.facts && sessionOf(room.id, asker, { ...entry.facts, session: entry.session }, core.parts.clock.now());
  if (session === undefined) return undefined;
  const no = whyNotAdmitted(core, room, session);
  if (no === undefined) admit(core, session);
  return no ?? actorOf(session);
}

function page(core: ShardCore, room: LoadedRoom, { pageToken, limit }: ListMembers): ReplyResult {
  const after = pageToken === '' ? undefined : readToken(pageToken);
  if (pageToken !== '' && after === undefined) return refusedResult(refuse('bad-request', 'the page token is none of this list'));
  if (limit > mostMembers) return refusedResult(refuse('bad-request', `limit is 1 to ${mostMembers}`));
  const most = limit || mostMembers;
  const rows = firstAfter(core.sessions.of(room.id).all(), after, most + 1);
  const members = rows.slice(0, most).map((row) => viewOf(room, row, core.parts.clock.now()));
  return { $case: 'memberPage', value: { members, next: rows.length > most ? tokenOf(rows[most - 1]!) : '' } };
}

/** The `count` smallest rows above `after`: one pass, without sorting a room of a million. */
function firstAfter(all: Iterable<PresentAccount>, after: Place | undefined, count: number): PresentAccount[] {
  const rows: PresentAccount[] = [];
  for (const row of all) {
    if (after !== undefined && compare(row, after) <= 0) continue;
    if (rows.length === count && compare(row, rows[count - 1]!) > 0) continue;
    let at = rows.length;
    while (at > 0 && compare(rows[at - 1]!, row) > 0) at--;
    rows.splice(at, 0, row);
    if (rows.length > count) rows.pop();
  }
  return rows;
}

type Place = Pick<PresentAccount, 'enteredMs'> & { readonly account: string };

const compare = (a: Place, b: Place): number => a.enteredMs - b.enteredMs || (a.account < b.account ? -1 : a.account > b.account ? 1 : 0);

const tokenOf = ({ enteredMs, account }: Place): string => Buffer.from(`${enteredMs}/${account}`).toString('base64url');

function readToken(token: string): Place | undefined {
  const found = /^(\d{1,16})\/(.{1,64})$/.exec(Buffer.from(token.slice(0, 128), 'base64url').toString());
  return found === null ? undefined : { enteredMs: Number(found[1]), account: found[2]! };
}

function viewOf(room: LoadedRoom, { account, enteredMs, sessions }: PresentAccount, nowMs: number): Member {
  const newest = sessions.at(-1)!;
  return {
    ...memberView(room.state, account, nowMs),
    role: roleOf(room.state, account, newest.anonymous),
    nickname: newest.nickname,
    avatar: newest.avatar,
    ext: newest.ext,
    online: true,
    enteredMs,
    devices: sessions.map(({ deviceId, deviceKind }) => ({ id: deviceId, kind: deviceKind })),
  };
}
