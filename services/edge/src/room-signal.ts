import { liveFlags, readLiveSegments, type LiveHeader } from '@plaza/protocol';
import { signalFrame } from './frames.js';

/** A room's newest latest-value hint, as a ready frame. Readers compare serials. */
export class RoomSignal {
  frame: Uint8Array | undefined = undefined;
  serial = 0;
  #counts = { accounts: 0, connections: 0, settling: false };
  #stale = false;
  #present: Uint8Array | undefined;
  #taken = { head: 0, atMs: 0 };

  constructor(private readonly room: string) {}

  /** The room cannot be heard right now. */
  get stale(): boolean {
    return this.#stale;
  }

  /** For who has just come: the figures of the newest hint, without what it counts since the one before, which was not for him. */
  get present(): Uint8Array | undefined {
    if (this.frame === undefined) return undefined;
    return (this.#present ??= this.#own(this.#taken.head, this.#taken.atMs));
  }

  /** Every live frame carries the counts of its moment. */
  count({ accounts, connections, flags }: LiveHeader): void {
    this.#counts = { accounts, connections, settling: (flags & liveFlags.settling) !== 0 };
  }

  /** A signal of the holder. Throws BadFrame. */
  take(header: LiveHeader, bytes: Uint8Array, head: number, nowMs: number): void {
    this.count(header);
    const ready = readLiveSegments(bytes)[0]?.bytes;
    if (ready === undefined) return;
    this.#taken = { head, atMs: nowMs };
    this.#renew(this.#stale ? this.#own(head, nowMs) : ready);
  }

  /** False: it was so already. */
  setStale(stale: boolean, head: number, nowMs: number): boolean {
    if (this.#stale === stale) return false;
    this.#stale = stale;
    this.#taken = { head, atMs: nowMs };
    this.#renew(this.#own(head, nowMs));
    return true;
  }

  #own(head: number, atMs: number): Uint8Array {
    return signalFrame({
      room: this.room,
      head,
      ...this.#counts,
      entered: 0,
      left: 0,
      notableEntered: [],
      notableLeft: [],
      reactions: undefined,
      atMs,
      stale: this.#stale,
    });
  }

  #renew(frame: Uint8Array): void {
    this.frame = frame;
    this.#present = undefined;
    this.serial++;
  }
}
