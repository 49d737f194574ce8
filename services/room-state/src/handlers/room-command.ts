import { decide, parseAccountId, refuse, type Actor, type Refusal, type ReplyResult } from '@plaza/domain';
import type { Asked } from '../asked.js';
import { carryEffects } from '../effects.js';
import type { LoadedRoom } from '../loaded-room.js';
import { queueEvents } from '../queue-events.js';
import { encodeResult, unavailableResult } from '../replies.js';
import { actorOf, sessionOf, type Session } from '../session.js';
import { contextOf, type ShardCore } from '../shard-core.js';
import { admit, whyNotAdmitted } from './admit.js';
import { answerRepeat, findRepeat } from './repeated.js';

/** Every command but join and leave: who asks, was it asked before, decide, and answer behind the room's events. */
export function roomCommand(core: ShardCore, room: LoadedRoom, asked: Asked): void {
  if (asked.entry.session === 0) return apiCommand(core, room, asked);
  const { entry, asker } = asked;
  const known = core.sessions.find(asker, entry.session);
  if (known !== undefined && known.room === room.id) {
    // A renewed token may say something else of it.
    if (entry.facts !== undefined) known.labels = entry.facts.labels;
    return knownCommand(core, room, asked, known);
  }
  const session = entry.facts && sessionOf(room.id, asker, { ...entry.facts, session: entry.session }, core.parts.clock.now());
  if (session === undefined) return asked.unknownSession();
  const no = whyNotAdmitted(core, room, session);
  const first = findRepeat(core, asked, session.account);
  if (first !== undefined) {
    // What was accepted before a removal stays accepted.
    if (no === undefined) admit(core, session);
    return answerRepeat(core, room, asked, first);
  }
  if (no !== undefined) return asked.refuse(core.outbox, room, no.code === 'kicked' ? refuse('not-joined') : no);
  admit(core, session);
  knownCommand(core, room, asked, session);
}

function knownCommand(core: ShardCore, room: LoadedRoom, asked: Asked, session: Session): void {
  session.seenMs = core.parts.clock.now();
  carryOut(core, room, asked, session.account, actorOf(session), session);
}

function apiCommand(core: ShardCore, room: LoadedRoom, asked: Asked): void {
  const actor = apiActor(asked);
  if ('code' in actor) return asked.refuse(core.outbox, room, actor);
  carryOut(core, room, asked, '', actor);
}

function apiActor({ entry }: Asked): Actor | Refusal {
  const operator = parseAccountId(entry.operator);
  if (operator === undefined && entry.operator !== '') return refuse('bad-request', 'the operator is no account');
  const as = parseAccountId(entry.asAccount);
  if (as === undefined && entry.asAccount !== '') return refuse('bad-request', 'the author is no account');
  return { kind: 'api', operator, as };
}

function carryOut(core: ShardCore, room: LoadedRoom, asked: Asked, asker: string, actor: Actor, session?: Session): void {
  const { command, entry } = asked;
  const first = findRepeat(core, asked, asker);
  if (first !== undefined) return answerRepeat(core, room, asked, first);
  if (core.outbox.full) return asked.answerNow(unavailableResult('the room’s log does not keep up'), room.accepted.last);
  const decision = decide(room.state, command, contextOf(core, room, actor, entry.commandId));
  if ('refusal' in decision) return asked.refuse(core.outbox, room, decision.refusal);
  const { events, reply, effects } = decision;
  const apiKey = entry.session === 0 ? entry.apiKey : undefined;
  const encoded = queueEvents(core, room, events, reply, { asker, commandId: entry.commandId, command: command.$case, apiKey });
  if (effects !== undefined) carryEffects(core, room, effects, entry.commandId, session);
  // What made no event is not in the log: a repeat is known as long as this holder lives.
  if (effects !== undefined && events.length === 0) rememberAnswer(core, room, asked, asker, reply);
  asked.answer(core.outbox, room, reply, encoded);
}

function rememberAnswer(core: ShardCore, room: LoadedRoom, { command, entry }: Asked, asker: string, reply: ReplyResult): void {
  const answer = { room: room.id, command: command.$case, reply: encodeResult(reply), atMs: core.parts.clock.now() };
  core.repeats.remember(asker, entry.commandId, answer);
}
