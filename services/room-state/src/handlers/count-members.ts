import { checkCountMembers, type CommandValue, type ReplyResult } from '@plaza/domain';
import type { NamedCount } from '@plaza/proto/client';
import type { LoadedRoom } from '../loaded-room.js';
import { refusedResult } from '../replies.js';
import type { ShardCore } from '../shard-core.js';

/** Exact counts in one pass: in all, by these tags, and by device kind. */
export function countMembers(core: ShardCore, room: LoadedRoom, ask: CommandValue<'countMembers'>): ReplyResult {
  const no = checkCountMembers(ask);
  if (no !== undefined) return refusedResult(no);
  const presence = core.sessions.of(room.id);
  const tags = new Counts([...new Set(ask.tags)]);
  const kinds = new Counts();
  for (const { sessions } of presence.all()) {
    tags.add(sessions.map((session) => session.tags.filter((tag) => tags.counts.has(tag))));
    kinds.add(sessions.map(({ deviceKind }) => [deviceKind]));
  }
  const { accounts, connections, settling } = presence;
  const value = { accounts, connections, settling, bots: room.state.bots.size, tags: tags.list(), deviceKinds: kinds.list() };
  return { $case: 'memberCounts', value };
}

/** Accounts and connections by name; an account counts once for a name, however many of its sessions have it. */
class Counts {
  readonly counts = new Map<string, { accounts: number; connections: number }>();

  constructor(names: readonly string[] = []) {
    for (const name of names) this.counts.set(name, { accounts: 0, connections: 0 });
  }

  /** The names of each session of one account. */
  add(ofSessions: readonly (readonly string[])[]): void {
    for (const name of ofSessions.flat()) this.#of(name).connections++;
    for (const name of new Set(ofSessions.flat())) this.#of(name).accounts++;
  }

  list(): NamedCount[] {
    return Array.from(this.counts, ([name, counts]) => ({ name, ...counts }));
  }

  #of(name: string): { accounts: number; connections: number } {
    let count = this.counts.get(name);
    if (count === undefined) this.counts.set(name, (count = { accounts: 0, connections: 0 }));
    return count;
  }
}
