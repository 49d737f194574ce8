import { accountsRoom, shardOf } from '@plaza/domain';
import { causeOf, type Clock, type Logger, type Timer } from '@plaza/kit';
import { Reply, type Restriction } from '@plaza/proto/client';
import { Control } from '@plaza/proto/room';
import { encodeCommand, liveFlags, readLiveControl, readLiveHeader } from '@plaza/protocol';
import type { CommandRouter } from './command-router.js';
import type { Live, LiveSubscription } from './live.js';

export interface AccountListParts {
  readonly live: Live;
  readonly router: Pick<CommandRouter, 'submit'>;
  readonly shards: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The account is disabled or kicked from all rooms now: its sessions end. */
  readonly removed: (account: string, code: 'disabled' | 'kicked', why: string) => void;
}

/** However quiet it is, the list is read again after this: what was lost on the bus is noticed. */
const readAgainMs = 30_000;
const firstReadMs = 200;
/** Nobody could be asked: perhaps the shard has no holder yet. */
const retryMs = 1000;

/**
 * What holds for accounts in all rooms, as this process knows it: a copy of the room of accounts, followed on the bus, and read again where the chain of its
 * frames breaks. As old as the bus is slow; while it was never read, nobody is restricted.
 */
export class AccountList {
  #restrictions = new Map<string, Restriction>();
  #last = 0;
  #reading = false;
  /** Something changed while the list was being read: what was read may be older. */
  #readAgain = false;
  #closed = false;
  #subscription: Promise<LiveSubscription> | undefined;
  readonly #timers: Timer[] = [];

  constructor(private readonly parts: AccountListParts) {}

  start(): void {
    const { live, clock, shards, logger } = this.parts;
    this.#subscription = live.subscribe(shardOf(accountsRoom, shards), accountsRoom, (frame) => this.#onFrame(frame));
    this.#subscription.catch((error: unknown) => logger.warn({ event: 'accounts-not-heard', cause: causeOf(error) }));
    this.#timers.push(
      clock.after(firstReadMs, () => void this.read()),
      clock.every(readAgainMs, () => void this.read()),
    );
  }

  isDisabled(account: string): boolean {
    return this.#restrictions.get(account)?.disabled === true;
  }

  isMuted(account: string): boolean {
    return this.#restrictions.get(account)?.muted === true;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#subscription?.then(
      (subscription) => subscription.unsubscribe(),
      () => undefined,
    );
  }

  /** The whole list. What could not be read stays as it was. */
  async read(): Promise<void> {
    this.#readAgain = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#wantsReading) await this.#readOnce();
    this.#reading = false;
  }

  get #wantsReading(): boolean {
    return this.#readAgain && !this.#closed;
  }

  async #readOnce(): Promise<void> {
    this.#readAgain = false;
    const fresh = await this.#pages();
    if (this.#closed) return;
    if (fresh === undefined) this.#readLater();
    else if (!this.#wantsReading) this.#replace(fresh.restrictions, fresh.head);
  }

  #readLater(): void {
    this.#readAgain = false;
    this.#timers[0] = this.parts.clock.after(retryMs, () => void this.read());
  }

  async #pages(): Promise<{ restrictions: Restriction[]; head: number } | undefined> {
    const restrictions: Restriction[] = [];
    let pageToken = '';
    let head: number | undefined;
    for (;;) {
      const command = encodeCommand({ $case: 'listRestrictions', value: { pageToken, limit: 0 } });
      const outcome = await this.parts.router.submit({ room: accountsRoom, session: 0, commandId: '', ...command });
      const reply = 'reply' in outcome ? Reply.decode(outcome.reply) : undefined;
      if (reply?.result?.$case !== 'restrictionPage') return undefined;
      restrictions.push(...reply.result.value.restrictions);
      // What changes between two pages may be missing from the first: the list is as old as that one.
      head ??= reply.head;
      pageToken = reply.result.value.next;
      if (pageToken === '') return { restrictions, head };
    }
  }

  #replace(restrictions: readonly Restriction[], head: number): void {
    if (head < this.#last) return;
    const before = this.#restrictions;
    this.#restrictions = new Map(restrictions.map((restriction) => [restriction.account, restriction]));
    this.#last = head;
    for (const { account, disabled, reason } of restrictions)
      if (disabled && before.get(account)?.disabled !== true) this.parts.removed(account, 'disabled', reason);
  }

  #onFrame(frame: Uint8Array): void {
    try {
      const { flags, prev, last } = readLiveHeader(frame);
      if ((flags & liveFlags.signal) !== 0 || last <= this.#last) return;
      if (prev !== this.#last || this.#reading) void this.read();
      else this.#last = last;
      this.#obey(Control.decode(readLiveControl(frame)));
    } catch (error) {
      this.parts.logger.warn({ event: 'accounts-frame-bad', cause: causeOf(error) });
    }
  }

  #obey({ restrictions, kicked }: Control): void {
    for (const restriction of restrictions) {
      const { account, muted, disabled, reason } = restriction;
      if (muted || disabled) this.#restrictions.set(account, restriction);
      else this.#restrictions.delete(account);
      if (disabled) this.parts.removed(account, 'disabled', reason);
      else if (kicked.includes(account)) this.parts.removed(account, 'kicked', reason);
    }
  }
}
