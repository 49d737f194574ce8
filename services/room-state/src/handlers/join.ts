import { decide, refuse, type PresenceView } from '@plaza/domain';
import type { Asked } from '../asked.js';
import type { LoadedRoom } from '../loaded-room.js';
import { queueEvents } from '../queue-events.js';
import { unavailableResult } from '../replies.js';
import { actorOf, isNotable, sessionOf, type Session } from '../session.js';
import { contextOf, type ShardCore } from '../shard-core.js';
import { admit, displace, replace, whyNotAdmitted } from './admit.js';
import { answerRepeat, findRepeat } from './repeated.js';

/** Decision and presence in one turn; the reply once the room's events so far are in the log. */
export function join(core: ShardCore, room: LoadedRoom, asked: Asked): void {
  const { entry, asker } = asked;
  if (entry.facts === undefined)
    return entry.session === 0 ? asked.refuse(core.outbox, room, refuse('not-allowed', 'only a session can join')) : asked.unknownSession();
  const session = sessionOf(room.id, asker, { ...entry.facts, session: entry.session }, core.parts.clock.now());
  if (session === undefined || entry.session === 0)
    return asked.refuse(core.outbox, room, refuse('bad-request', 'the session has no account'));
  const first = findRepeat(core, asked, session.account);
  if (first !== undefined) return joinAgain(core, room, asked, session, () => answerRepeat(core, room, asked, first));
  if (core.outbox.full) return asked.answerNow(unavailableResult('the room’s log does not keep up'), room.accepted.last);
  enter(core, room, asked, session);
}

/** The join was accepted before, perhaps by a former holder: the session is in the room, unless it was removed since. */
function joinAgain(core: ShardCore, room: LoadedRoom, asked: Asked, session: Session, answer: () => void): void {
  const no = whyNotAdmitted(core, room, session);
  if (no !== undefined) return asked.refuse(core.outbox, room, no);
  admit(core, session);
  answer();
}

function enter(core: ShardCore, room: LoadedRoom, asked: Asked, session: Session): void {
  const { command, entry } = asked;
  const decision = decide(room.state, command, contextOf(core, room, actorOf(session), entry.commandId, presenceBeside(core, session)));
  if ('refusal' in decision) return asked.refuse(core.outbox, room, decision.refusal);
  const { events, reply } = decision;
  const identity = { asker: session.account, commandId: entry.commandId, command: command.$case };
  const encoded = queueEvents(core, room, events, reply, identity);
  if (reply.$case === 'joined' && reply.value.self !== undefined) {
    const { nickname, avatar, ext } = reply.value.self;
    takeIn(core, Object.assign(session, { nickname, avatar, ext, notable: isNotable(room.state, session) }));
    displace(core, session, decision.effects?.displaced ?? []);
  }
  asked.answer(core.outbox, room, reply, encoded);
}

function takeIn(core: ShardCore, session: Session): void {
  const { sessions, deferredLeaves } = core;
  const known = sessions.find(session.asker, session.number);
  if (known !== undefined && known.room === session.room && known.account === session.account) {
    const { nickname, avatar, ext, tags, labels, noticeAudience, notable, seenMs } = session;
    return void Object.assign(known, { nickname, avatar, ext, tags, labels, noticeAudience, notable, seenMs });
  }
  if (known !== undefined) sessions.remove(known);
  const comesBack = deferredLeaves.get(session.room)?.delete(session.account) === true;
  sessions.add(session, !comesBack);
  const older = sessions.olderOf(session);
  if (older !== undefined) replace(core, older);
}

/** The presence as the session finds it: where it is in the room already and asks again, it is no other device of its own. */
function presenceBeside(core: ShardCore, session: Session): PresenceView {
  const presence = core.sessions.of(session.room);
  const known = core.sessions.find(session.asker, session.number);
  if (known?.room !== session.room) return presence;
  return {
    accounts: presence.accounts,
    connections: presence.connections,
    settling: presence.settling,
    isPresent: (account) => presence.isPresent(account),
    sessionsOf: (account) => presence.sessionsOf(account),
    devicesOf: (account) => presence.devicesOf(account).filter((device) => device !== known),
    profileOf: (account) => presence.profileOf(account),
    leftMs: (account) => presence.leftMs(account),
  };
}
