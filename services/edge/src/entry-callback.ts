import type { TokenLabel } from '@plaza/kit';

/** Who wants to enter which room. */
export interface EntryAsk {
  readonly room: string;
  readonly account: string;
  readonly anonymous: boolean;
  readonly deviceId: string;
  readonly deviceKind: string;
  readonly tags: readonly string[];
  readonly labels: readonly TokenLabel[];
  /** Where its socket comes from: the address of a proxy, where one stands before the edge. Empty: it has gone already. */
  readonly ip: string;
}

/** What the platform adds to a session that it lets in. */
export interface EntryAttributes {
  readonly nickname?: string;
  readonly avatar?: string;
  readonly tags?: readonly string[];
  readonly labels?: readonly TokenLabel[];
  readonly role?: 'regular' | 'administrator';
}

export type EntryVerdict =
  | { readonly kind: 'allow'; readonly attributes: EntryAttributes }
  | { readonly kind: 'deny'; readonly reason: string }
  /** Nobody could say: the platform did not answer in time, or not in its form. */
  | { readonly kind: 'unavailable' };

/** Asks the platform before each entry (PRODUCT section 9). Never rejects; answers within its deadline. */
export interface EntryCallback {
  ask(entry: EntryAsk): Promise<EntryVerdict>;
}
