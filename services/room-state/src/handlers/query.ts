import { mayAsk, parseAccountId, refuse, type Actor, type Command, type Refusal, type ReplyResult } from '@plaza/domain';
import type { Asked } from '../asked.js';
import type { LoadedRoom } from '../loaded-room.js';
import { refusedResult } from '../replies.js';
import { actorOf, sessionOf } from '../session.js';
import type { ShardCore } from '../shard-core.js';
import { admit, whyNotAdmitted } from './admit.js';
import { countMembers } from './count-members.js';
import { getMembers } from './get-members.js';
import { listMembers } from './list-members.js';
import { listSessions } from './list-sessions.js';

/** What is read from the presence, which no decision sees whole. */
export const queryCases = ['listMembers', 'getMembers', 'countMembers', 'listSessions'] as const;
export type QueryCase = (typeof queryCases)[number];
type Query = Extract<Command, { $case: QueryCase }>;

/** Answers one who may ask the room. */
export function query(core: ShardCore, room: LoadedRoom, asked: Asked, command: Query): void {
  const actor = askerOf(core, room, asked);
  if (actor === undefined) return asked.unknownSession();
  const presence = core.sessions.of(room.id);
  const no = 'code' in actor ? actor : mayAsk(room.state, { actor, presence });
  asked.answer(core.outbox, room, no === undefined ? answerTo(core, room, command) : refusedResult(no));
}

function answerTo(core: ShardCore, room: LoadedRoom, command: Query): ReplyResult {
  switch (command.$case) {
    case 'listMembers':
      return listMembers(core, room, command.value);
    case 'getMembers':
      return getMembers(core, room, command.value);
    case 'countMembers':
      return countMembers(core, room, command.value);
    case 'listSessions':
      return listSessions(core, room, command.value);
  }
}

function askerOf(core: ShardCore, room: LoadedRoom, { entry, asker }: Asked): Actor | Refusal | undefined {
  if (entry.session === 0) return { kind: 'api', operator: parseAccountId(entry.operator), as: undefined };
  const known = core.sessions.find(asker, entry.session);
  if (known !== undefined && known.room === room.id) return actorOf(known);
  const session = entry.facts && sessionOf(room.id, asker, { ...entry.facts, session: entry.session }, core.parts.clock.now());
  if (session === undefined) return undefined;
  const no = whyNotAdmitted(core, room, session);
  if (no !== undefined) return no.code === 'kicked' ? refuse('not-joined') : no;
  admit(core, session);
  return actorOf(session);
}
