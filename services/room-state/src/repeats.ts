import type { RoomId } from '@plaza/domain';

/** The first answer to a command that made events, and what waits for it to be in the log. */
export interface Remembered {
  readonly room: RoomId;
  /** The command's case name. */
  readonly command: string;
  /** An encoded plaza.v1.Reply without id and head. */
  readonly reply: Uint8Array;
  readonly atMs: number;
  /** Until the log has it: who hears of that. */
  waiting: Told[] | undefined;
}

/** Who waits for an answer: it is stored, or the shard was lost. */
export interface Told {
  stored(): void;
  lost(): void;
}

/**
 * A shard's table of repeats: the same asker's same command id within a minute gets the first answer and has no second effect. It is in
 * the order of time, so that forgetting is cheap.
 */
export class Repeats {
  readonly #table = new Map<string, Remembered>();
  #asker = '';
  #commandId = '';
  #key = '\n';

  constructor(private readonly keepMs: number) {}

  /** `asker`: the account; empty: the server API. */
  find(asker: string, commandId: string, nowMs: number): Remembered | undefined {
    if (commandId === '') return undefined;
    const found = this.#table.get(this.#keyOf(asker, commandId));
    return found !== undefined && (nowMs - found.atMs < this.keepMs || found.waiting !== undefined) ? found : undefined;
  }

  remember(asker: string, commandId: string, answer: Remembered): void {
    if (commandId === '') return;
    const key = this.#keyOf(asker, commandId);
    this.#table.delete(key);
    this.#table.set(key, answer);
  }

  forgetOld(nowMs: number): void {
    for (const [key, { atMs, waiting }] of this.#table) {
      if (waiting !== undefined || nowMs - atMs < this.keepMs) return;
      this.#table.delete(key);
    }
  }

  get size(): number {
    return this.#table.size;
  }

  /** A line feed is in no account. Who looks a command up mostly remembers it in the same turn: a key and its hash are 1 us. */
  #keyOf(asker: string, commandId: string): string {
    if (asker !== this.#asker || commandId !== this.#commandId) {
      this.#asker = asker;
      this.#commandId = commandId;
      this.#key = `${asker}\n${commandId}`;
    }
    return this.#key;
  }
}
