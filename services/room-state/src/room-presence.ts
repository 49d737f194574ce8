import type { AccountId, PresenceView } from '@plaza/domain';
import type { Tally } from '@plaza/proto/log';
import { AccountMap } from './account-map.js';
import type { Session } from './session.js';

/** One account in one room, on all its devices. */
export interface PresentAccount {
  readonly account: AccountId;
  readonly enteredMs: number;
  readonly sessions: Session[];
}

/** Who is in one room, and what changed since that was last told. Entering and leaving count per account, not per session. */
export class RoomPresence implements PresenceView {
  readonly #accounts = new AccountMap<PresentAccount>();
  #connections = 0;
  #tally = { enters: 0, leaves: 0, peakAccounts: 0 };
  /** Counts or the settling mark are not as they were last signalled. */
  changed = false;
  /** Since the last signal. */
  entered = 0;
  left = 0;

  constructor(private readonly isSettling: () => boolean) {}

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
  of(account: AccountId): PresentAccount | undefined {
    return this.#accounts.get(account);
  }
  all(): IterableIterator<PresentAccount> {
    return this.#accounts.values();
  }

  /** `enters`: the account came just now; false: it was there before this holder knew. */
  add(session: Session, enters: boolean): void {
    const present = this.#accounts.get(session.account);
    if (present === undefined) {
      this.#accounts.set(session.account, { account: session.account, enteredMs: session.enteredMs, sessions: [session] });
      if (enters) {
        this.#tally.enters++;
        this.entered++;
      }
      this.#tally.peakAccounts = Math.max(this.#tally.peakAccounts, this.accounts);
    } else present.sessions.push(session);
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
    if (present.sessions.length > 0) return;
    this.#accounts.delete(session.account);
    this.#tally.leaves++;
    this.left++;
  }

  /** The counts of now were told. */
  signalled(): void {
    this.changed = false;
    this.entered = 0;
    this.left = 0;
  }

  get hasTally(): boolean {
    return this.#tally.enters > 0 || this.#tally.leaves > 0;
  }

  /** What went on since the last tally; undefined: nothing. The peak of the next starts at the size of now. */
  takeTally(): Tally | undefined {
    const tally = this.#tally;
    if (!this.hasTally) return undefined;
    this.#tally = { enters: 0, leaves: 0, peakAccounts: this.accounts };
    return tally;
  }
}
