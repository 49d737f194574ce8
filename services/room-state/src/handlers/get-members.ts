import { checkGetMembers, type CommandValue, type ReplyResult } from '@plaza/domain';
import type { LoadedRoom } from '../loaded-room.js';
import { refusedResult } from '../replies.js';
import type { ShardCore } from '../shard-core.js';
import { viewOf } from './member-views.js';

/** The named accounts: those that are present or that the room has a record of, and those that it knows nothing of. */
export function getMembers(core: ShardCore, room: LoadedRoom, ask: CommandValue<'getMembers'>): ReplyResult {
  const accounts = checkGetMembers(ask);
  if ('code' in accounts) return refusedResult(accounts);
  const presence = core.sessions.of(room.id);
  const isKnown = (account: (typeof accounts)[number]): boolean =>
    presence.isPresent(account) || room.state.members.has(account) || room.state.bots.has(account);
  const members = accounts.filter(isKnown).map((account) => viewOf(room, account, presence.of(account), core.parts.clock.now()));
  const absent = accounts.filter((account) => !isKnown(account));
  return { $case: 'membersFound', value: { members, absent, settling: presence.settling } };
}
