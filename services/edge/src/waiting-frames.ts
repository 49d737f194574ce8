import type { Connection } from './connection.js';

/** Frames that a connection may send before it is known who it is. */
const mostWaiting = 50;
const tooManyCode = 4400;

/** Until `answer` is there, what the connection sends waits for it; then it is handled in its order. */
export async function holdFrames(
  connection: Connection,
  answer: Promise<unknown>,
  handle: (message: ArrayBuffer, isBinary: boolean) => void,
): Promise<void> {
  connection.waiting = [];
  try {
    await answer;
  } finally {
    const waiting = connection.waiting;
    connection.waiting = undefined;
    // One of them may be a token that has to be asked about as well: the rest waits for that answer.
    for (const { message, isBinary } of waiting) if (connection.open && !waits(connection, message, isBinary)) handle(message, isBinary);
  }
}

/** True: the frame waits. The socket library takes its buffer back, so that it is copied. */
export function waits(connection: Connection, message: ArrayBuffer, isBinary: boolean): boolean {
  if (connection.waiting === undefined) return false;
  if (connection.waiting.length >= mostWaiting) connection.goAway(tooManyCode, 'rate-limited');
  else connection.waiting.push({ message: message.slice(0), isBinary });
  return true;
}
