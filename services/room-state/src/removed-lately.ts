import type { AccountId, RoomId } from '@plaza/domain';
import type { Event } from '@plaza/proto/client';

/**
 * Who was removed from which room lately. An edge that has not heard of it yet may still announce the session, or send a command for it: a session
 * that was there before the removal is not taken in again. Comes back from the log after a takeover.
 */
export class RemovedLately {
  readonly #removed = new Map<string, { readonly atMs: number; readonly code: string }>();

  constructor(private readonly keepMs: number) {}

  note(room: RoomId, { kind, targets, timeMs }: Event): void {
    if (kind?.$case === 'kicked' || kind?.$case === 'blocked')
      for (const account of targets) this.#put(keyOf(room, account), timeMs, kind.$case);
    if (kind?.$case === 'roomClosed') this.#put(keyOf(room, everybody), timeMs, 'room-closed');
  }

  /** The code of the refusal catalogue with which a session that entered at `enteredMs` was removed; undefined: it was not. */
  codeFor(room: RoomId, account: AccountId, enteredMs: number): string | undefined {
    const found = [this.#removed.get(keyOf(room, account)), this.#removed.get(keyOf(room, everybody))];
    return found.find((removal) => removal !== undefined && enteredMs <= removal.atMs)?.code;
  }

  forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#removed) {
      if (nowMs - atMs < this.keepMs) return;
      this.#removed.delete(key);
    }
  }

  #put(key: string, atMs: number, code: string): void {
    this.#removed.delete(key);
    this.#removed.set(key, { atMs, code });
  }
}

const everybody = '';
const keyOf = (room: RoomId, account: string): string => `${room}\n${account}`;
