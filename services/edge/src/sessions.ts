import type { CommandRouter } from '@plaza/bus';
import { timeOfPosition } from '@plaza/domain';
import type { SessionFacts } from '@plaza/proto/room';
import { commandKinds } from '@plaza/protocol';
import type { Announcer } from './announcer.js';
import type { CommandNames } from './command-names.js';
import type { Connection } from './connection.js';
import type { RoomFeed } from './room-feed.js';
import { justCame, Session, type Profile } from './session.js';

const nothing = new Uint8Array(0);

/** Every session of this edge, by its number: the edge is the truth about them, holders count what they are told. */
export class Sessions {
  readonly #byNumber = new Map<number, Session>();
  #last = 0;

  constructor(
    private readonly router: Pick<CommandRouter, 'submitTo'>,
    private readonly announcer: Pick<Announcer, 'announce' | 'entered' | 'left'>,
    private readonly names: CommandNames,
  ) {}

  get size(): number {
    return this.#byNumber.size;
  }

  get(number: number): Session | undefined {
    return this.#byNumber.get(number);
  }

  /** Undefined: it has gone. */
  factsOf(number: number): SessionFacts | undefined {
    return this.#byNumber.get(number)?.facts();
  }

  open(connection: Connection, feed: RoomFeed, profile: Profile): Session {
    this.#last = (this.#last % 0xffff_ffff) + 1;
    const session = new Session(this.#last, connection, feed, profile);
    this.#byNumber.set(session.number, session);
    connection.remember(session);
    feed.expect(session);
    return session;
  }

  /** Its join was answered. It came after whatever the head of the answer tells of, though the holder's clock may be ahead. */
  entered(session: Session, head: number): void {
    session.state = 'entered';
    session.enteredMs = Math.max(session.enteredMs, timeOfPosition(head) + 1);
    session.enteredHead = head;
    if (session.feed.signal.frame !== undefined) session.signal = justCame;
    this.announcer.entered(session);
  }

  /** It is over here. The holder is not told: it knows, or `leave` says it. */
  end(session: Session): void {
    if (session.state === 'gone') return;
    const counted = session.state === 'entered';
    session.state = 'gone';
    session.feed.release(session);
    session.connection.forget(session);
    this.#byNumber.delete(session.number);
    if (counted) this.announcer.left(session);
  }

  /** Tells the holder that nobody is behind the session any more. Where that cannot be told, the holder hears all that is left. */
  leave(session: Session): void {
    const { room, shard } = session.feed;
    const command = {
      room,
      session: session.number,
      kind: commandKinds.leave,
      body: nothing,
      commandId: this.names.next(),
      disconnected: true,
    };
    this.router.submitTo(command, (outcome) => {
      if ('unavailable' in outcome) this.announcer.announce(shard);
    });
  }

  /** It has to leave its room for a reason that the room does not know of. A join that is not on its way yet goes its way. */
  expel(session: Session, code: string, why: string): void {
    if (session.removed !== undefined || !session.asked) return;
    session.removed = { code, why };
    this.leave(session);
    if (session.state === 'entered') session.feed.depart(session, session.feed.ring.next);
  }

  /** Its socket has closed. */
  drop(session: Session): void {
    const told = session.asked && session.removed === undefined;
    this.end(session);
    if (told) this.leave(session);
  }
}
