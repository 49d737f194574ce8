import { apply, type Audience, type DecidedEvent, type ReplyResult } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import type { LoggedEvent } from '@plaza/proto/log';
import { commandKinds, type CommandCase } from '@plaza/protocol';
import { controlOf, joined } from './control.js';
import type { LoadedRoom } from './loaded-room.js';
import { sizeOf } from './outbox-queue.js';
import { affectPresence } from './presence-effects.js';
import { encodeResult } from './replies.js';
import type { Told } from './repeats.js';
import type { ShardCore } from './shard-core.js';

/** Whose command it was, for the table of repeats; commandId empty: it has no place there. */
export interface Identity {
  /** The account; empty: the server API. */
  readonly asker: string;
  readonly commandId: string;
  readonly command: CommandCase;
  /** The name of the API key, where the server API asked. */
  readonly apiKey?: string | undefined;
}

const noReply = new Uint8Array(0);
export const nobody: Identity = { asker: '', commandId: '', command: 'leave' };

/**
 * Decided events take effect in memory, in the turn that decided them: state, presence, the table of repeats. Then they are on their way to the
 * log. `told` hears when they are in it. Answers the encoded reply.
 */
export function queueEvents(
  core: ShardCore,
  room: LoadedRoom,
  events: readonly DecidedEvent[],
  result: ReplyResult,
  identity: Identity,
  told?: Told,
): Uint8Array {
  const reply = encodeResult(result);
  if (events.length === 0) {
    if (told !== undefined) core.outbox.behind(room, told);
    return reply;
  }
  const logged = events.map((decided, i) => loggedOf(decided, i === 0 ? identity : { ...nobody, apiKey: identity.apiKey }, reply));
  const nowMs = core.parts.clock.now();
  const touched = applied(room, events);
  for (const { event } of events) affectPresence(core, room, event);
  for (const [i, { event, audience }] of events.entries()) room.recent.note(event, logged[i]!.event, audience);
  const slots = room.capture(touched, nowMs);
  const waiting: Told[] = told === undefined ? [] : [told];
  const control = joined(events.map(({ event }) => controlOf(event)));
  const { asker, commandId, command } = identity;
  const remembered = core.repeats.remember(asker, commandId, { room: room.id, command, reply, atMs: nowMs }, waiting);
  const bytes = sizeOf(logged);
  core.outbox.put(room, { events: logged, bytes, slots, dueMs: room.dueMs, control, queuedMs: nowMs, waiting, remembered });
  return reply;
}

/** The slots that they touched, each once. Nearly always it is one event. */
function applied(room: LoadedRoom, events: readonly DecidedEvent[]): readonly string[] {
  if (events.length === 1) return apply(room.state, events[0]!.event);
  return [...new Set(events.flatMap(({ event }) => apply(room.state, event)))];
}

function loggedOf(
  { event, stored, audience }: DecidedEvent,
  { asker, commandId, command, apiKey }: Identity,
  reply: Uint8Array,
): LoggedEvent {
  const isAnswer = commandId !== '';
  return {
    position: event.position,
    event: Event.encode(event).finish(),
    stored,
    audience: loggedAudience(audience),
    asker: isAnswer ? asker : '',
    commandId,
    reply: isAnswer ? reply : noReply,
    command: isAnswer ? commandKinds[command] : 0,
    apiKey,
  };
}

function loggedAudience(audience: Audience): LoggedEvent['audience'] {
  if (audience === 'all') return undefined;
  return { kind: audience === 'nobody' ? { $case: 'nobody', value: true } : { $case: 'tags', value: audience.tags } };
}
