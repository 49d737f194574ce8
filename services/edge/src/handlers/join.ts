import type { CommandOutcome } from '@plaza/bus';
import { parseRoomId, refuse, type Refusal, type RoomId } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import { Join, Reply } from '@plaza/proto/client';
import { commandKinds, decodeCommand, encodeReplyFrame } from '@plaza/protocol';
import { mayAsk, refuseFrame } from '../answers.js';
import type { Connection } from '../connection.js';
import type { EdgeContext } from '../context.js';
import type { Handler } from '../dispatch.js';
import { refusedFrame, removedFrame, unavailableFrame } from '../frames.js';
import { becomeAnonymous, mayEnter } from '../identity.js';
import type { Session } from '../session.js';
import { askPlatform, checkTags, profileOf, takeSelf, withAttributes } from './entry.js';

/** One join on its way. */
interface Joining {
  readonly id: number;
  readonly commandId: string;
  readonly body: Uint8Array;
  readonly after: number | undefined;
  readonly session: Session;
}

const comeBackMs = 1000;

/** Enters a room, or, in it already, asks again for what came after a position. */
export const join: Handler = (edge, connection, frame) => {
  const body = frame.body.slice();
  const command = decodeCommand(commandKinds.join, body);
  if (command?.$case !== 'join') return refuseFrame(edge, connection, frame.id, refuse('bad-request', 'a body that cannot be read'));
  enter(edge, connection, { id: frame.id, room: frame.room, commandId: frame.commandId, body, wish: command.value });
};

/** A room of the connect URL. Its answer has id 0. */
export function joinByUrl(edge: EdgeContext, connection: Connection, room: string): void {
  const wish = Join.fromPartial({});
  enter(edge, connection, { id: 0, room, commandId: '', body: Join.encode(wish).finish(), wish });
}

interface Wish {
  readonly id: number;
  readonly room: string;
  readonly commandId: string;
  readonly body: Uint8Array;
  readonly wish: Join;
}

function enter(edge: EdgeContext, connection: Connection, { id, room, commandId, body, wish }: Wish): void {
  const name = parseRoomId(room);
  const known = connection.sessionIn(room);
  const refusal =
    name === undefined
      ? refuse('bad-request', 'room: 1-64 of A-Z a-z 0-9 _ -')
      : (whyNot(edge, connection, name, known) ?? checkTags(connection, wish));
  if (refusal !== undefined || name === undefined) return refuseFrame(edge, connection, id, refusal ?? refuse('bad-request'));
  if (!mayAsk(edge, connection, id)) return;
  if (connection.account === '') becomeAnonymous(edge, connection);
  const session = known ?? edge.sessions.open(connection, edge.feeds.open(name), profileOf(connection, wish));
  const joining = { id, commandId: commandId === '' ? edge.names.next() : commandId, body, after: wish.after, session };
  void begin(edge, connection, joining);
}

function whyNot(edge: EdgeContext, connection: Connection, room: RoomId, known: Session | undefined): Refusal | undefined {
  if (known !== undefined && !known.present) return refuse('bad-request', 'the room is being entered or left');
  if (known === undefined && connection.sessions.length >= edge.settings.roomsPerConnection) return refuse('too-many-rooms');
  if (edge.accounts.isDisabled(connection.account)) return refuse('disabled');
  return mayEnter(connection, room);
}

/** The room is heard before the command goes: nothing that comes after the answer's head can be missed. */
async function begin(edge: EdgeContext, connection: Connection, joining: Joining): Promise<void> {
  const { session, body, commandId, id } = joining;
  // 4 us of each join where nobody is asked: the address alone costs 2.
  if (session.state === 'joining' && edge.entryCallback !== undefined) {
    const verdict = await askPlatform(edge.entryCallback, session);
    if ('code' in verdict) return refused(edge, connection, joining, verdict);
    withAttributes(session, verdict);
  }
  try {
    await edge.feeds.heard(session.feed);
  } catch (error) {
    edge.logger.warn({ event: 'subscribe-failed', room: session.feed.room, cause: causeOf(error) });
    connection.unanswered--;
    if (!session.asked) edge.sessions.end(session);
    return connection.send(unavailableFrame(id, comeBackMs, 'the room cannot be heard right now'));
  }
  if (session.state === 'gone') {
    connection.unanswered--;
    return;
  }
  session.asked = true;
  if (session.enteredMs === 0) session.enteredMs = edge.clock.now();
  const command = { room: session.feed.room, session: session.number, kind: commandKinds.join, body, commandId, facts: session.facts() };
  edge.router.submitTo(command, (outcome) => void answered(edge, connection, joining, outcome));
}

function refused(edge: EdgeContext, connection: Connection, { session, id }: Joining, refusal: Refusal): void {
  connection.unanswered--;
  edge.sessions.end(session);
  refuseFrame(edge, connection, id, refusal);
}

async function answered(edge: EdgeContext, connection: Connection, joining: Joining, outcome: CommandOutcome): Promise<void> {
  const { session, id } = joining;
  connection.unanswered--;
  // The socket has closed, or the session was ended: its leave follows the join on the same way.
  if (session.state === 'gone') return;
  if ('unavailable' in outcome) {
    if (session.state === 'joining') edge.sessions.drop(session);
    return connection.send(unavailableFrame(id, outcome.unavailable, outcome.why));
  }
  const reply = Reply.decode(outcome.reply);
  if (reply.result?.$case === 'joined') return entered(edge, connection, joining, reply, outcome.reply);
  if (session.state === 'joining') edge.sessions.end(session);
  if (reply.result?.$case === 'refused') edge.figures.refused(reply.result.value.code);
  connection.send(encodeReplyFrame(id, outcome.reply));
}

/** Answer first, then everything after the position that it names, in order. */
async function entered(
  edge: EdgeContext,
  connection: Connection,
  { session, id, after }: Joining,
  reply: Reply,
  bytes: Uint8Array,
): Promise<void> {
  const { feed } = session;
  const again = session.state === 'entered';
  if (!again) edge.sessions.entered(session, reply.head);
  const answer = withOwnState(edge, connection, reply, bytes);
  takeSelf(session, reply);
  feed.noteHead(reply.head);
  if (again && after === undefined) return connection.send(encodeReplyFrame(id, answer));
  // A position above the head is none of this room's.
  const position = after === undefined || after > reply.head ? reply.head : after;
  feed.detach(session);
  const complete = await edge.fills.cover(feed, position, reply.head);
  if (session.state === ('gone' as Session['state'])) return;
  const from = complete ? position : feed.ring.base;
  if (!complete) edge.figures.incomplete();
  connection.send(complete ? encodeReplyFrame(id, answer) : incompleteReply(id, reply, from));
  if (session.removed === undefined) return feed.attach(session, from);
  connection.send(removedFrame(feed.room, session.removed.code, session.removed.why));
  edge.sessions.end(session);
}

function incompleteReply(id: number, reply: Reply, completeFrom: number): Uint8Array {
  if (reply.result?.$case !== 'joined') return refusedFrame(id, refuse('bad-request'));
  const value = { ...reply.result.value, complete: false, completeFrom };
  return encodeReplyFrame(id, Reply.encode({ ...reply, id: 0, result: { $case: 'joined', value } }).finish());
}

/** The room does not know what holds for the account in all rooms: here it is added to what the member is told of itself. */
function withOwnState(edge: EdgeContext, { account }: Connection, reply: Reply, bytes: Uint8Array): Uint8Array {
  if (!edge.accounts.isMuted(account) || reply.result?.$case !== 'joined' || reply.result.value.self === undefined) return bytes;
  reply.result.value.self.mutedEverywhere = true;
  return Reply.encode({ ...reply, id: 0 }).finish();
}
