import {
  checkListMembers,
  isPermanent,
  recordLists,
  refuse,
  roleOf,
  type AccountId,
  type CommandValue,
  type ReplyResult,
} from '@plaza/domain';
import { MemberList } from '@plaza/proto/client';
import type { LoadedRoom } from '../loaded-room.js';
import { pageOf, type Place } from '../pages.js';
import { refusedResult } from '../replies.js';
import type { PresentAccount, RoomPresence } from '../room-presence.js';
import type { ShardCore } from '../shard-core.js';
import { viewOf } from './member-views.js';

const mostMembers = 100;

interface Row extends Place {
  readonly name: AccountId;
}

/**
 * One page of one of the lists: of who is present by the time of entry, bots among them; of whom the room has a record by the time of its last
 * change.
 */
export function listMembers(core: ShardCore, room: LoadedRoom, ask: CommandValue<'listMembers'>): ReplyResult {
  const no = checkListMembers(ask);
  if (no !== undefined) return refusedResult(no);
  const presence = core.sessions.of(room.id);
  const nowMs = core.parts.clock.now();
  const page = pageOf(rowsOf(room, presence, ask, nowMs), (row) => row, ask.pageToken, ask.limit || mostMembers);
  if (page === undefined) return refusedResult(refuse('bad-request', 'the page token is none of this list'));
  const members = page.rows.map(({ name }) => viewOf(room, name, presence.of(name), nowMs));
  return { $case: 'memberPage', value: { members, next: page.next, settling: presence.settling } };
}

function* rowsOf(
  room: LoadedRoom,
  presence: RoomPresence,
  { list, tag }: CommandValue<'listMembers'>,
  nowMs: number,
): IterableIterator<Row> {
  const { state } = room;
  const ofRecords = recordLists[list];
  if (list === MemberList.MEMBER_LIST_BOTS) yield* bots(room);
  else if (ofRecords === undefined) yield* present(room, presence, list === MemberList.MEMBER_LIST_GUESTS, tag);
  else {
    const onlineOnly = list === MemberList.MEMBER_LIST_ONLINE_PERMANENT;
    for (const record of state.members.values()) {
      const { account, updatedMs } = record;
      if (ofRecords(record, nowMs) && (!onlineOnly || presence.isPresent(account)) && hasTag(presence.of(account), tag))
        yield { ms: updatedMs, name: account };
    }
  }
}

function* present({ state }: LoadedRoom, presence: RoomPresence, guestsOnly: boolean, tag: string): IterableIterator<Row> {
  for (const one of presence.all()) {
    const isGuest = !isPermanent(roleOf(state, one.account, false));
    if ((!guestsOnly || isGuest) && hasTag(one, tag)) yield { ms: one.enteredMs, name: one.account };
  }
  if (tag === '') for (const bot of bots({ state })) if (!presence.isPresent(bot.name)) yield bot;
}

function* bots({ state }: Pick<LoadedRoom, 'state'>): IterableIterator<Row> {
  for (const [name, { addedMs }] of state.bots) yield { ms: addedMs, name };
}

const hasTag = (present: PresentAccount | undefined, tag: string): boolean =>
  tag === '' || (present?.sessions.some(({ tags }) => tags.includes(tag)) ?? false);
