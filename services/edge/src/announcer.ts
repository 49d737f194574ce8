import type { CommandRouter, ShardTable } from '@plaza/bus';
import { causeOf, type Clock, type Logger } from '@plaza/kit';
import { SessionFacts } from '@plaza/proto/room';
import type { Session } from './session.js';

const chunkBytes = 32 * 1024;
/** One announcement of a shard; and the pause before a failed one is tried again. */
const announceMs = 10_000;
const againMs = 500;

export interface AnnouncerParts {
  readonly router: Pick<CommandRouter, 'ask' | 'markAnnounced'>;
  readonly table: ShardTable;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The sessions of a shard that their holder should count. */
  sessionsOf(shard: number): Session[];
  /** The session was announced but has left meanwhile: its leave has to go once more, behind the announcement. */
  leaveAgain(session: Session): void;
}

interface Run {
  readonly entered: Session[];
  readonly left: Session[];
  /** Something changed while it ran: once more. */
  again: boolean;
}

/**
 * Tells a holder that is new, or whose link is new, which sessions this edge has in its shards. Announcements travel beside the commands and may
 * be overtaken by them: sessions that enter meanwhile are named afterwards, those that leave leave once more.
 */
export class Announcer {
  readonly #runs = new Map<number, Run>();
  readonly #due = new Set<number>();
  #closed = false;

  constructor(private readonly parts: AnnouncerParts) {}

  /** Soon; a new holder and its new link, noticed in one turn, are one reason. */
  announce(shard: number): void {
    this.#due.add(shard);
    if (this.#due.size === 1) queueMicrotask(() => this.#start());
  }

  entered(session: Session): void {
    this.#runs.get(session.feed.shard)?.entered.push(session);
  }

  left(session: Session): void {
    this.#runs.get(session.feed.shard)?.left.push(session);
  }

  close(): void {
    this.#closed = true;
  }

  #start(): void {
    for (const shard of this.#due) {
      const run = this.#runs.get(shard);
      if (run !== undefined) run.again = true;
      else if (!this.#closed) void this.#run(shard);
    }
    this.#due.clear();
  }

  async #run(shard: number): Promise<void> {
    const run: Run = { entered: [], left: [], again: false };
    this.#runs.set(shard, run);
    const done = await this.#announce(shard, run);
    this.#runs.delete(shard);
    for (const session of run.left) this.parts.leaveAgain(session);
    if (run.again) this.announce(shard);
    else if (!done && !this.#closed) this.parts.clock.after(againMs, () => this.announce(shard));
  }

  /** False: it has to be tried again. */
  async #announce(shard: number, run: Run): Promise<boolean> {
    const epoch = this.parts.table.holderOf(shard)?.epoch;
    if (epoch === undefined) return true;
    const sessions = this.parts.sessionsOf(shard);
    const signal = AbortSignal.timeout(announceMs);
    try {
      const chunks = chunksOf(sessions);
      // Who has none says that: the holder waits for the word of every edge.
      if (chunks.length === 0) chunks.push([]);
      for (const [i, chunk] of chunks.entries()) await this.#send(shard, chunk, i === 0, i === chunks.length - 1, signal);
      for (let late = run.entered.splice(0); late.length > 0; late = run.entered.splice(0)) {
        for (const chunk of chunksOf(late.filter((session) => session.state === 'entered')))
          await this.#send(shard, chunk, false, false, signal);
      }
      this.parts.router.markAnnounced(shard, epoch);
      return true;
    } catch (error) {
      if (sessions.length > 0) this.parts.logger.warn({ event: 'announce-failed', shard, cause: causeOf(error) });
      return this.parts.table.holderOf(shard)?.epoch !== epoch;
    }
  }

  async #send(shard: number, sessions: SessionFacts[], first: boolean, last: boolean, signal: AbortSignal): Promise<void> {
    const ask = { $case: 'announce', value: { shard, first, last, sessions } } as const;
    for await (const _ of this.parts.router.ask(shard, ask, signal));
  }
}

function chunksOf(sessions: readonly Session[]): SessionFacts[][] {
  const chunks: SessionFacts[][] = [];
  let room = 0;
  for (const session of sessions) {
    const facts = session.facts();
    const size = SessionFacts.encode(facts).finish().length + 4;
    if (size > room) {
      chunks.push([]);
      room = chunkBytes;
    }
    chunks.at(-1)!.push(facts);
    room -= size;
  }
  return chunks;
}
