import type { AccountId, RoomId } from '@plaza/domain';
import { RoomPresence } from './room-presence.js';
import type { Session } from './session.js';

/** All sessions of one shard: by room, and by the edge that has them. */
export class Sessions {
  readonly #rooms = new Map<RoomId, RoomPresence>();
  readonly #askers = new Map<string, Map<number, Session>>();

  constructor(
    private readonly isSettling: () => boolean,
    private readonly now: () => number,
  ) {}

  find(asker: string, number: number): Session | undefined {
    return this.#askers.get(asker)?.get(number);
  }

  /** The room's presence; made where there was none. */
  of(room: RoomId): RoomPresence {
    let presence = this.#rooms.get(room);
    if (presence === undefined) this.#rooms.set(room, (presence = new RoomPresence(this.isSettling, this.now)));
    return presence;
  }

  isEmpty(room: RoomId): boolean {
    return (this.#rooms.get(room)?.connections ?? 0) === 0;
  }

  rooms(): Iterable<[RoomId, RoomPresence]> {
    return this.#rooms;
  }

  /** Sessions of one edge, as they are now. */
  ofAsker(asker: string): Session[] {
    return [...(this.#askers.get(asker)?.values() ?? [])];
  }

  add(session: Session, enters: boolean): void {
    let known = this.#askers.get(session.asker);
    if (known === undefined) this.#askers.set(session.asker, (known = new Map<number, Session>()));
    known.set(session.number, session);
    this.of(session.room).add(session, enters);
  }

  remove(session: Session): void {
    const known = this.#askers.get(session.asker);
    if (known?.get(session.number) !== session) return;
    known.delete(session.number);
    if (known.size === 0) this.#askers.delete(session.asker);
    this.of(session.room).remove(session);
  }

  /** Lets an account go with all its sessions. */
  removeAccount(room: RoomId, account: AccountId): void {
    for (const session of [...(this.of(room).of(account)?.sessions ?? [])]) this.remove(session);
  }

  roomsOf(account: AccountId): RoomId[] {
    return [...this.#rooms].filter(([, presence]) => presence.isPresent(account)).map(([room]) => room);
  }

  /** Sessions of the room that match, as they are now. */
  some(room: RoomId, matches: (session: Session) => boolean): Session[] {
    return [...this.of(room).all()].flatMap(({ sessions }) => sessions.filter(matches));
  }

  removeAll(room: RoomId): void {
    for (const present of [...this.of(room).all()]) this.removeAccount(room, present.account);
  }

  /** The older session of the same account and device in the same room: the newest wins. */
  olderOf({ room, account, deviceId, asker, number }: Session): Session | undefined {
    if (deviceId === '') return undefined;
    const sessions = this.#rooms.get(room)?.of(account)?.sessions ?? [];
    return sessions.find((other) => other.deviceId === deviceId && (other.asker !== asker || other.number !== number));
  }

  /** A presence that has nothing left to tell is forgotten. */
  forget(room: RoomId): void {
    if (this.#rooms.get(room)?.isOver === true) this.#rooms.delete(room);
  }

  get count(): number {
    let count = 0;
    for (const known of this.#askers.values()) count += known.size;
    return count;
  }
}
