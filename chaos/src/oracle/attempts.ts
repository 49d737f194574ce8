import type { Reply } from '@plaza/proto/client';
import type { ClientRecord, SentCommand } from '../records.js';

/** One sending of a command on one connection. */
export interface Attempt {
  readonly connection: number;
  readonly id: number;
  readonly sentAt: number;
  readonly replies: { readonly at: number; readonly reply: Reply }[];
  /** When its connection closed; undefined: it never did. */
  closedAt: number | undefined;
}

export interface Asked {
  readonly client: ClientRecord;
  readonly sent: SentCommand;
  readonly attempts: readonly Attempt[];
}

type Result = NonNullable<Reply['result']>;

/** Every command of a client with what became of each of its sendings. */
export function askedBy(client: ClientRecord): readonly Asked[] {
  const asked = client.commands.map((sent) => ({ client, sent, attempts: [] as Attempt[] }));
  const open = new Map<string, Attempt>();
  for (const note of client.notes) {
    if (note.kind === 'sent') {
      const attempt = { connection: note.connection, id: note.id, sentAt: note.at, replies: [], closedAt: undefined };
      asked[note.command]!.attempts.push(attempt);
      open.set(`${note.connection}/${note.id}`, attempt);
    } else if (note.kind === 'reply') open.get(`${note.connection}/${note.id}`)?.replies.push({ at: note.at, reply: note.reply });
    else if (note.kind === 'closed') {
      for (const attempt of open.values()) if (attempt.connection === note.connection) attempt.closedAt ??= note.at;
    }
  }
  return asked;
}

/** What a command was answered, `unavailable` aside: that decides nothing. */
export const answersOf = ({ attempts }: Asked): readonly Result[] =>
  attempts.flatMap(({ replies }) => replies.flatMap(({ reply: { result } }) => (result && result.$case !== 'unavailable' ? [result] : [])));

/** Every sending was answered, and none with anything that leaves it open whether it happened. */
export const isFinal = ({ attempts }: Asked): boolean =>
  attempts.length > 0 &&
  attempts.every(({ replies }) => replies.length > 0 && replies.every(({ reply: { result } }) => result && result.$case !== 'unavailable'));

/** The position of the event that an answer names; 0: it names none. */
export function positionIn(result: Result): number {
  if (result.$case === 'accepted' || result.$case === 'done' || result.$case === 'queueResults') return result.value.position;
  return 0;
}
