import { signal } from '@preact/signals';
import type { Member, Room } from '@plaza/client';

const everyMs = 1000;

/** The first hundred who are in the room, read again after whatever may have changed them, at most once a second. */
export class MemberList {
  readonly members = signal<readonly Member[]>([]);
  #room: Room | undefined;
  #due = false;

  follow(room: Room): void {
    this.#room = room;
    room.on('counts', () => this.readLater());
    this.readLater();
  }

  clear(): void {
    this.members.value = [];
  }

  readLater(): void {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => void this.#read(), this.members.value.length === 0 ? 0 : everyMs);
  }

  async #read(): Promise<void> {
    this.#due = false;
    const room = this.#room;
    if (room?.state !== 'in') return;
    try {
      const { members } = await room.members.list({ limit: 100 });
      if (room === this.#room) this.members.value = members;
    } catch {
      // The next event or count asks again.
    }
  }
}
