import { signal } from '@preact/signals';
import type { Room } from '@plaza/client';

const kind = 'heart';
/** Clicks of so long go out together. */
const togetherMs = 400;
/** As many as one reaction may count. */
const most = 100;

/** The hearts of a room since this page came in: everybody's, as the room sums them up once a second. */
export class Hearts {
  readonly total = signal(0);
  /** Why the last ones did not count; empty: they did. */
  readonly why = signal('');
  #room: Room | undefined;
  #given = 0;

  follow(room: Room): void {
    this.#room = room;
    room.on('reactions', ({ total }) => (this.total.value += total));
  }

  give(): void {
    if (this.#given++ === 0) setTimeout(() => void this.#send(), togetherMs);
  }

  async #send(): Promise<void> {
    const count = Math.min(this.#given, most);
    this.#given = 0;
    try {
      await this.#room?.messages.react(kind, count);
      this.why.value = '';
    } catch (error) {
      this.why.value = error instanceof Error ? error.message : String(error);
    }
  }
}
