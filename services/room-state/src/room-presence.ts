import { Sketch, type AccountId, type PresenceView, type PresentDevice } from '@plaza/domain';
import type { Tally } from '@plaza/proto/log';
import { AccountMap } from './account-map.js';
import { LeftLately } from './left-lately.js';
import type { Session } from './session.js';

/** One account in one room, on all its devices. */
export interface PresentAccount {
  readonly account: AccountId;
  /** Of its oldest session. */
  enteredMs: number;
  /** The oldest first. */
  readonly sessions: Session[];
}

/** Who is in one room, and what changed since that was last told. Entering and leaving count per account, not per session. */
export class RoomPresence implements PresenceView {
  readonly #accounts = new AccountMap<PresentAccount>();
  readonly #left = new LeftLately();
  #connections = 0;
  #tally = { enters: 0, leaves: 0, peakAccounts: 0 };
  #active = new Sketch();
  /** Counts or the settling mark are not as they were last signalled. */
  changed = false;
  /** Since the last signal. */
  entered = 0;
  left = 0;
  readonly notableEntered = new Set<string>();
  readonly notableLeft = new Set<string>();

  constructor(
    private readonly isSettling: () => boolean,
    private readonly now: () => number,
  ) {}

  get accounts(): number {
    return this.#accounts.size;
  }
  get connections(): number {
    return this.#connections;
  }
  get settling(): boolean {
    return this.isSettling();
  }
  isPresent(account: AccountId): boolean {
    return this.#accounts.get(account) !== undefined;
  }
  sessionsOf(account: AccountId): number {
    return this.#accounts.get(account)?.sessions.length ?? 0;
  }
  devicesOf(account: AccountId): readonly PresentDevice[] {
    return this.#accounts.get(account)?.sessions ?? [];
  }
  profileOf(account: AccountId): Pick<Session, 'nickname' | 'avatar' | 'ext'> | undefined {
    return this.#accounts.get(account)?.sessions.at(-1);
  }
  leftMs(account: AccountId): number {
    return this.#left.of(account);
  }
  of(account: AccountId): PresentAccount | undefined {
    return this.#accounts.get(account);
  }
  all(): IterableIterator<PresentAccount> {
    return this.#accounts.values();
  }

  /** `enters`: the account came just now; false: it was there before this holder knew. */
  add(session: Session, enters: boolean): void {
    const present = this.#accounts.get(session.account);
    if (present === undefined) this.#first(session, enters);
    else insert(present, session);
    this.#connections++;
    this.changed = true;
  }

  remove(session: Session): void {
    const present = this.#accounts.get(session.account);
    const at = present?.sessions.indexOf(session) ?? -1;
    if (present === undefined || at < 0) return;
    present.sessions.splice(at, 1);
    this.#connections--;
    this.changed = true;
    if (present.sessions.length === 0) this.#last(session);
  }

  /** The account did something: it counts as active. */
  noteActive(account: string): void {
    this.#active.add(account);
  }

  /** The counts of now were told. */
  signalled(): void {
    this.changed = false;
    this.entered = 0;
    this.left = 0;
    this.notableEntered.clear();
    this.notableLeft.clear();
    this.#left.forgetOld(this.now());
  }

  /** Nobody is here, nobody left lately, and everything was told. */
  get isOver(): boolean {
    this.#left.forgetOld(this.now());
    return this.accounts === 0 && !this.changed && !this.hasTally && this.#left.empty;
  }

  get hasTally(): boolean {
    return this.#tally.enters > 0 || this.#tally.leaves > 0 || !this.#active.empty;
  }

  /** What went on since the last tally; undefined: nothing. The peak of the next starts at the size of now. */
  takeTally(): Tally | undefined {
    if (!this.hasTally) return undefined;
    const tally = { ...this.#tally, sketch: this.#active.encode() };
    this.#tally = { enters: 0, leaves: 0, peakAccounts: this.accounts };
    this.#active = new Sketch();
    return tally;
  }

  #first(session: Session, enters: boolean): void {
    const { account, enteredMs, notable } = session;
    this.#accounts.set(account, { account, enteredMs, sessions: [session] });
    this.#tally.peakAccounts = Math.max(this.#tally.peakAccounts, this.accounts);
    if (!enters) return;
    this.#tally.enters++;
    this.entered++;
    this.#active.add(account);
    if (notable) this.notableEntered.add(account);
  }

  #last({ account, notable }: Session): void {
    this.#accounts.delete(account);
    this.#left.note(account, this.now());
    this.#tally.leaves++;
    this.left++;
    if (notable) this.notableLeft.add(account);
  }
}

/** After a takeover edges name sessions in no order. */
function insert(present: PresentAccount, session: Session): void {
  const { sessions } = present;
  let at = sessions.length;
  while (at > 0 && sessions[at - 1]!.enteredMs > session.enteredMs) at--;
  sessions.splice(at, 0, session);
  present.enteredMs = Math.min(present.enteredMs, session.enteredMs);
}
