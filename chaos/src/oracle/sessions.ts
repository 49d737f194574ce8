import type { ClientRecord, Note } from '../records.js';

type BatchNote = Extract<Note, { kind: 'batch' }>;
type IncompleteNote = Extract<Note, { kind: 'incomplete' }>;

/** One stay of one connection in one room, from a `joined` to its end. Joined once more on the same connection, it is another. */
export interface Session {
  readonly client: ClientRecord;
  readonly room: string;
  readonly connection: number;
  /** When the join left. */
  readonly sentAt: number;
  readonly joinedAt: number;
  /** Of the answer: the room's newest position then. */
  readonly head: number;
  /** From here on it was to see everything. */
  readonly from: number;
  readonly complete: boolean;
  readonly seen: (BatchNote | IncompleteNote)[];
  /** Undefined: it was there when the swarm stopped. */
  end: SessionEnd | undefined;
}

export interface SessionEnd {
  readonly at: number;
  readonly by: 'closed' | 'removed' | 'left' | 'again';
  /** Of a removal; of `left`: how that was answered. */
  readonly code: string;
}

export interface Stays {
  readonly sessions: readonly Session[];
  /** What was seen of rooms in which the connection was not. */
  readonly stray: readonly (BatchNote | IncompleteNote)[];
}

/** What one client was in, and saw there. */
export function staysOf(client: ClientRecord, stoppedAt: number): Stays {
  const sessions: Session[] = [];
  const stray: (BatchNote | IncompleteNote)[] = [];
  const open = new Map<string, Session>();
  const sent = new Map<string, number>();
  const end = (room: string, at: number, by: NonNullable<Session['end']>['by'], code = ''): void => {
    const session = open.get(room);
    if (session !== undefined) session.end = { at, by, code };
    open.delete(room);
  };
  for (const note of client.notes) {
    if (note.kind === 'sent') sent.set(`${note.connection}/${note.id}`, note.at);
    else if (note.kind === 'batch' || note.kind === 'incomplete') (open.get(note.room)?.seen ?? stray).push(note);
    else if (note.kind === 'removed') end(note.room, note.at, 'removed', note.code);
    else if (note.kind === 'closed') {
      if (note.at < stoppedAt) for (const room of [...open.keys()]) end(room, note.at, 'closed');
    } else if (note.kind === 'reply' && note.command >= 0) {
      const { ask, room } = client.commands[note.command]!;
      if (ask.$case === 'leave' && note.reply.result?.$case !== 'refused') end(room, note.at, 'left', note.reply.result?.$case);
      if (ask.$case !== 'join' || note.reply.result?.$case !== 'joined') continue;
      end(room, note.at, 'again');
      const { complete, completeFrom } = note.reply.result.value;
      const { head } = note.reply;
      const from = complete ? Math.min(ask.value.after ?? head, head) : completeFrom;
      const { connection } = note;
      const sentAt = sent.get(`${connection}/${note.id}`) ?? note.at;
      const session = { client, room, connection, sentAt, joinedAt: note.at, head, from, complete, seen: [], end: undefined };
      open.set(room, session);
      sessions.push(session);
    }
  }
  return { sessions, stray };
}
