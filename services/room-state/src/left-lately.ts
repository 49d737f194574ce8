import type { AccountId } from '@plaza/domain';

/** Longer than anybody asks for who returns. */
const keepMs = 60_000;
const most = 10_000;

/** Which accounts left a room within the last minute, and when; the newest ten thousand. */
export class LeftLately {
  readonly #leftMs = new Map<AccountId, number>();

  note(account: AccountId, nowMs: number): void {
    this.#leftMs.delete(account);
    this.#leftMs.set(account, nowMs);
    this.forgetOld(nowMs);
  }

  /** 0: not lately. */
  of(account: AccountId): number {
    return this.#leftMs.get(account) ?? 0;
  }

  get empty(): boolean {
    return this.#leftMs.size === 0;
  }

  forgetOld(nowMs: number): void {
    for (const [account, leftMs] of this.#leftMs) {
      if (this.#leftMs.size <= most && nowMs - leftMs < keepMs) return;
      this.#leftMs.delete(account);
    }
  }
}
