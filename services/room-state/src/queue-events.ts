import { apply, type AccountId, type DecidedEvent, type ReplyResult } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import type { LoggedEvent } from '@plaza/proto/log';
import { removalsOf } from './live-frames.js';
import type { LoadedRoom } from './loaded-room.js';
import { sizeOf, type QueuedCommand } from './outbox-queue.js';
import { encodeResult } from './replies.js';
import type { Told } from './repeats.js';
import type { ShardCore } from './shard-core.js';

/** Whose command it was, for the table of repeats; commandId empty: it has no place there. */
export interface Identity {
  /** The account; empty: the server API. */
  readonly asker: string;
  readonly commandId: string;
  /** The command's case name. */
  readonly command: string;
}

export const nobody: Identity = { asker: '', commandId: '', command: '' };

/**
 * Decided events take effect in memory, in the turn that decided them: state, presence, the table of repeats. Then they are on their way to the
 * log. `told` hears when they are in it.
 */
export function queueEvents(
  core: ShardCore,
  room: LoadedRoom,
  events: readonly DecidedEvent[],
  result: ReplyResult,
  identity: Identity,
  told?: Told,
): void {
  if (events.length === 0) return told === undefined ? undefined : core.outbox.behind(room, told);
  const reply = encodeResult(result);
  const logged = events.map((decided, i) => loggedOf(decided, i === 0 && identity.commandId !== '' ? { ...identity, reply } : undefined));
  const touched = new Set(events.flatMap(({ event }) => apply(room.state, event)));
  for (const { event } of events) takeOut(core, room, event);
  const slots = room.capture([...touched]);
  const waiting: Told[] = told === undefined ? [] : [told];
  const removals = events.flatMap(({ event }) => removalsOf(event));
  const queued = { events: logged, bytes: sizeOf(logged), slots, dueMs: room.dueMs, removals, queuedMs: core.parts.clock.now(), waiting };
  remember(core, room, identity, reply, queued);
  core.outbox.put(room, queued);
}

function loggedOf({ event, stored, audience }: DecidedEvent, answered: (Identity & { reply: Uint8Array }) | undefined): LoggedEvent {
  return {
    position: event.position,
    event: Event.encode(event).finish(),
    stored,
    audience: audience === 'nobody' ? { kind: { $case: 'nobody', value: true } } : undefined,
    asker: answered?.asker ?? '',
    commandId: answered?.commandId ?? '',
    reply: answered?.reply ?? new Uint8Array(0),
  };
}

/** Who was kicked, and everybody when the room closes, is not present any more. */
function takeOut({ sessions, removed }: ShardCore, room: LoadedRoom, event: Event): void {
  removed.note(room.id, event);
  if (event.kind?.$case === 'kicked') for (const account of event.targets) sessions.removeAccount(room.id, account as AccountId);
  if (event.kind?.$case === 'roomClosed') sessions.removeAll(room.id);
}

function remember(
  core: ShardCore,
  room: LoadedRoom,
  { asker, commandId, command }: Identity,
  reply: Uint8Array,
  queued: QueuedCommand,
): void {
  if (commandId === '') return;
  const { waiting } = queued;
  core.repeats.remember(asker, commandId, {
    room: room.id,
    command,
    reply,
    atMs: core.parts.clock.now(),
    whenStored: (told) => void waiting.push(told),
  });
  waiting.unshift({ stored: () => core.repeats.stored(asker, commandId), lost: () => undefined });
}
