import { decide, type Actor, type PresenceView } from '@plaza/domain';
import type { Asked } from '../asked.js';
import type { LoadedRoom } from '../loaded-room.js';
import { nobody, queueEvents, type Identity } from '../queue-events.js';
import { doneResult, unchangedResult } from '../replies.js';
import type { Told } from '../repeats.js';
import { actorOf, sessionOf, type Session } from '../session.js';
import { contextOf, type ShardCore } from '../shard-core.js';
import { admit, whyNotAdmitted } from './admit.js';
import { answerRepeat, findRepeat } from './repeated.js';

const command = { $case: 'leave', value: {} } as const;

/** A session that nobody knows has left already: that is no mistake. */
export function leave(core: ShardCore, room: LoadedRoom, asked: Asked): void {
  const { entry } = asked;
  const session = leavingSession(core, room, asked);
  const account = session?.account ?? entry.facts?.account;
  const first = account === undefined ? undefined : findRepeat(core, asked, account);
  if (first !== undefined) {
    if (session !== undefined) core.sessions.remove(session);
    return answerRepeat(core, room, asked, first);
  }
  if (session === undefined) return asked.answer(core.outbox, room, unchangedResult);
  const identity: Identity = { asker: session.account, commandId: entry.commandId, command: command.$case };
  const reply = depart(core, room, session, entry.disconnected, identity);
  asked.answer(core.outbox, room, reply);
}

/** A session from before a takeover leaves as one that was announced. */
function leavingSession(core: ShardCore, room: LoadedRoom, { entry, asker }: Asked): Session | undefined {
  const known = core.sessions.find(asker, entry.session);
  if (known !== undefined) return known.room === room.id ? known : undefined;
  if (entry.facts === undefined || entry.session === 0) return undefined;
  const session = sessionOf(room.id, asker, { ...entry.facts, session: entry.session }, core.parts.clock.now());
  if (session === undefined || whyNotAdmitted(core, room, session) !== undefined) return undefined;
  admit(core, session);
  return core.sessions.find(asker, entry.session);
}

/** Ends a session: asked for, disconnected, or given up. While counts settle the account's other sessions may not be known yet: its leaving waits. */
export function depart(
  core: ShardCore,
  room: LoadedRoom,
  session: Session,
  disconnected: boolean,
  identity: Identity = nobody,
  told?: Told,
): typeof unchangedResult {
  const actor = actorOf(session, disconnected);
  const lastOne = core.sessions.of(room.id).sessionsOf(session.account) === 1;
  if (core.settling() && lastOne) {
    core.sessions.remove(session);
    deferLeave(core, session, actor);
    return doneResult;
  }
  const decision = decide(room.state, command, contextOf(core, room, actor, identity.commandId));
  core.sessions.remove(session);
  if ('refusal' in decision) return unchangedResult;
  queueEvents(core, room, decision.events, decision.reply, identity, told);
  return decision.reply;
}

function deferLeave({ deferredLeaves }: ShardCore, { room, account }: Session, actor: Actor): void {
  const accounts = deferredLeaves.get(room) ?? new Map<string, Actor>();
  deferredLeaves.set(room, accounts.set(account, actor));
}

/** Counts have settled: who has not turned up again has left. */
export function departDeferred(core: ShardCore): void {
  const rooms = [...core.deferredLeaves];
  core.deferredLeaves.clear();
  for (const [id, accounts] of rooms) {
    core.rooms.with(id, { loaded: (room) => accounts.forEach((actor) => tellLeft(core, room, actor)), unavailable: () => undefined });
  }
}

function tellLeft(core: ShardCore, room: LoadedRoom, actor: Actor): void {
  const presence = core.sessions.of(room.id);
  if (actor.kind !== 'session' || presence.isPresent(actor.account)) return;
  const decision = decide(room.state, command, contextOf(core, room, actor, '', withOneMore(presence)));
  if (!('refusal' in decision)) queueEvents(core, room, decision.events, decision.reply, nobody);
}

/** The presence as it was before the account went: what a decision about leaving looks at. */
const withOneMore = (presence: PresenceView): PresenceView => ({
  accounts: presence.accounts + 1,
  connections: presence.connections + 1,
  settling: presence.settling,
  isPresent: () => true,
  sessionsOf: () => 1,
  devicesOf: () => [],
  profileOf: () => undefined,
  leftMs: () => 0,
});
