import type { AccountId, Effects } from '@plaza/domain';
import { Direct } from '@plaza/proto/client';
import type { LoadedRoom } from './loaded-room.js';
import type { Session } from './session.js';
import type { ShardCore } from './shard-core.js';

/** What a decision does besides logging events, in its own turn. `asker`: the session that asked, which gets the answer and needs no copy. */
export function carryEffects(
  core: ShardCore,
  room: LoadedRoom,
  { direct, reaction, skipped }: Effects,
  commandId: string,
  asker?: Session,
): void {
  if (direct !== undefined) deliver(core, room, direct, commandId, asker);
  if (reaction !== undefined) {
    room.reactions.add(reaction.kind, reaction.count);
    core.sessions.of(room.id).changed = true;
  }
  if (skipped !== undefined) room.skipped.set(skipped, (room.skipped.get(skipped) ?? 0) + 1);
}

/** To every session of the receivers, and to the sender's other ones, who see whom it went to. */
function deliver(
  core: ShardCore,
  room: LoadedRoom,
  { message, receivers }: NonNullable<Effects['direct']>,
  commandId: string,
  asker?: Session,
): void {
  const id = `${room.id}\n${message.account}\n${commandId}`;
  const frame = { room: room.id, after: room.accepted.last, timeMs: core.parts.clock.now(), message };
  const sessionsOf = (account: AccountId): readonly Session[] => core.sessions.of(room.id).of(account)?.sessions ?? [];
  send(core, id, receivers.flatMap(sessionsOf), Direct.encode({ ...frame, receivers: [] }).finish());
  if (message.account === '' || receivers.includes(message.account as AccountId)) return;
  const own = sessionsOf(message.account as AccountId).filter((session) => session !== asker);
  send(core, `${id}\nown`, own, Direct.encode({ ...frame, receivers: [...receivers] }).finish());
}

function send(core: ShardCore, id: string, sessions: readonly Session[], direct: Uint8Array): void {
  const byEdge = new Map<string, number[]>();
  for (const { asker, number } of sessions) byEdge.set(asker, [...(byEdge.get(asker) ?? []), number]);
  for (const [edge, numbers] of byEdge) core.parts.deliver(edge, { sessions: numbers, direct, id });
}
