import { refuse } from '@plaza/domain';
import {
  authenticateKind,
  bodyCaseOf,
  commandKinds,
  crackClientFrame,
  crackClientFrameJson,
  pingKind,
  readHistoryKind,
  type CrackedFrame,
} from '@plaza/protocol';
import { refuseFrame } from './answers.js';
import type { Connection } from './connection.js';
import type { EdgeContext } from './context.js';
import { authenticate } from './handlers/authenticate.js';
import { join } from './handlers/join.js';
import { leave } from './handlers/leave.js';
import { ping } from './handlers/ping.js';
import { query } from './handlers/query.js';
import { readHistory } from './handlers/read-history.js';
import { roomCommand } from './handlers/room-command.js';
import { take } from './rate-bucket.js';

/** The frame's body is a view that is gone when the handler returns. */
export type Handler = (edge: EdgeContext, connection: Connection, frame: CrackedFrame) => void;

const handlers: ReadonlyMap<number, Handler> = new Map([
  [authenticateKind, authenticate],
  [pingKind, ping],
  [readHistoryKind, readHistory],
  [commandKinds.join, join],
  [commandKinds.leave, leave],
  [commandKinds.listMembers, query],
  [commandKinds.getMembers, query],
  [commandKinds.countMembers, query],
  [commandKinds.listSessions, query],
]);

/** Malformed frames in a row, and frames over the rate in all, after which a connection is closed. */
const maxMalformed = 3;
const maxOverRate = 200;
const abuseCode = 4400;
const abuseRetryMs = 30_000;
const maxCommandId = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** One message of a socket. Never throws. */
export function dispatch(edge: EdgeContext, connection: Connection, message: ArrayBuffer, isBinary: boolean): void {
  const { framesPerSecond, frameBurst, maxFrameBytes } = edge.settings;
  const waitMs = take(connection, { perSecond: framesPerSecond, burst: frameBurst }, edge.clock.now());
  if (waitMs > 0 && ++connection.overRate > maxOverRate) return connection.goAway(abuseCode, 'rate-limited', abuseRetryMs);
  if (message.byteLength > maxFrameBytes)
    return refuseFrame(edge, connection, 0, refuse('too-large', `a frame has at most ${maxFrameBytes} bytes`));
  const frame = crack(connection, message, isBinary);
  if (frame === undefined) return malformed(edge, connection);
  connection.malformed = 0;
  edge.figures.frame(bodyCaseOf(frame.kind) ?? 'unknown');
  if (waitMs > 0)
    return refuseFrame(edge, connection, frame.id, refuse('rate-limited', `at most ${framesPerSecond} frames a second`, waitMs));
  const refusal = mistakeIn(frame);
  if (refusal !== undefined) return refuseFrame(edge, connection, frame.id, refuse('bad-request', refusal));
  (handlers.get(frame.kind) ?? roomCommand)(edge, connection, frame);
}

function mistakeIn(frame: CrackedFrame): string | undefined {
  if (frame.kind === 0) return 'no body, or one that is not known here';
  if (frame.id === 0) return 'id counts from 1';
  return frame.commandId.length > maxCommandId ? `command_id has at most ${maxCommandId} characters` : undefined;
}

function crack(connection: Connection, message: ArrayBuffer, isBinary: boolean): CrackedFrame | undefined {
  if (isBinary === connection.json) return undefined;
  if (isBinary) return crackClientFrame(new Uint8Array(message));
  try {
    return crackClientFrameJson(utf8.decode(message));
  } catch {
    return undefined;
  }
}

function malformed(edge: EdgeContext, connection: Connection): void {
  refuseFrame(edge, connection, 0, refuse('bad-frame'));
  if (++connection.malformed >= maxMalformed) connection.goAway(abuseCode, 'bad-frame');
}
