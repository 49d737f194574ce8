import type { CommandOutcome } from '@plaza/bus';
import { refuse, type Refusal } from '@plaza/domain';
import { encodeReplyFrame } from '@plaza/protocol';
import type { Connection } from './connection.js';
import type { EdgeContext } from './context.js';
import { headOf, refusedFrame, unavailableFrame } from './frames.js';
import type { RoomFeed } from './room-feed.js';

/** Commands of one connection that may wait for their answers. */
const maxUnanswered = 100;

export function refuseFrame(edge: EdgeContext, connection: Connection, id: number, refusal: Refusal): void {
  edge.figures.refused(refusal.code);
  connection.send(refusedFrame(id, refusal));
}

/** Counts a question of the connection. False: it has too many open, and was told so. */
export function mayAsk(edge: EdgeContext, connection: Connection, id: number): boolean {
  if (connection.unanswered >= maxUnanswered) {
    refuseFrame(edge, connection, id, refuse('rate-limited', 'too many commands without an answer', 1000));
    return false;
  }
  connection.unanswered++;
  return true;
}

/** Passes a room's answer on; a socket that has gone gets nothing. */
export function passOn(connection: Connection, id: number, feed: RoomFeed, outcome: CommandOutcome): void {
  connection.unanswered--;
  if ('unavailable' in outcome) return connection.send(unavailableFrame(id, outcome.unavailable, outcome.why));
  feed.noteHead(headOf(outcome.reply));
  connection.send(encodeReplyFrame(id, outcome.reply));
}
