import type { RefusalCode, RoomId } from '@plaza/domain';
import type { Event } from '@plaza/proto/client';
import type { Session } from './session.js';

/**
 * Who was removed from which room lately. An edge that has not heard of it yet may still announce the session, or send a command for it: a session
 * that was there before the removal is not taken in again. Comes back from the log after a takeover.
 */
export class RemovedLately {
  readonly #removed = new Map<string, { readonly atMs: number; readonly code: RefusalCode }>();

  constructor(private readonly keepMs: number) {}

  note(room: RoomId, { kind, targets, timeMs }: Event): void {
    if (kind?.$case === 'kicked' || kind?.$case === 'blocked')
      for (const account of targets) this.#put(keyOf(room, account), timeMs, kind.$case);
    if (kind?.$case === 'roomClosed') this.#put(keyOf(room, everybody), timeMs, 'room-closed');
    if (kind?.$case === 'deviceBlocked' && kind.value.untilMs > 0)
      this.#put(deviceKeyOf(room, kind.value.deviceId), timeMs, 'device-blocked');
  }

  /** The code with which such a session was removed; undefined: it was not. */
  codeFor({ room, account, deviceId, enteredMs }: Pick<Session, 'room' | 'account' | 'deviceId' | 'enteredMs'>): RefusalCode | undefined {
    const found = [keyOf(room, account), keyOf(room, everybody), deviceKeyOf(room, deviceId)].map((key) => this.#removed.get(key));
    return found.find((removal) => removal !== undefined && enteredMs <= removal.atMs)?.code;
  }

  forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#removed) {
      if (nowMs - atMs < this.keepMs) return;
      this.#removed.delete(key);
    }
  }

  #put(key: string, atMs: number, code: RefusalCode): void {
    this.#removed.delete(key);
    this.#removed.set(key, { atMs, code });
  }
}

const everybody = '';
const keyOf = (room: RoomId, account: string): string => `${room}\n${account}`;
/** A slash is in no account. */
const deviceKeyOf = (room: RoomId, deviceId: string): string => `${room}\n/${deviceId}`;
