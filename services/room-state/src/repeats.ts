import { randomInt } from 'node:crypto';
import { fnv1a, spreadHash, type RoomId } from '@plaza/domain';
import { Numbered } from '@plaza/kit';
import { TimedBytes } from './timed-bytes.js';

/** The first answer to a command that made events. */
export interface Answered {
  readonly room: RoomId;
  /** The command's case name. */
  readonly command: string;
  /** An encoded plaza.v1.Reply without id and head. */
  readonly reply: Uint8Array;
  readonly atMs: number;
}

/** An answer, and what waits for it to be in the log; undefined: it is. */
export interface Remembered extends Answered {
  readonly waiting: Told[] | undefined;
}

/** Who waits for an answer: it is stored, or the shard was lost. */
export interface Told {
  stored(): void;
  lost(): void;
}

/** A line feed is in no account, room or command; a command id, which may have one, is the last. */
const between = '\n';

/**
 * A shard's table of repeats: the same asker's same command id within a minute gets the first answer and has no second effect. It is in
 * the order of time, so that forgetting is cheap.
 */
export class Repeats {
  readonly #answers = new TimedBytes();
  /** Command ids are the clients' choice: nobody can choose many of one hash. */
  readonly #seed = randomInt(2 ** 32);
  /** By the number of an answer that is not in the log yet: who waits. */
  readonly #waiting = new Numbered<Told[]>();

  constructor(private readonly keepMs: number) {}

  /** `asker`: the account; empty: the server API. */
  find(asker: string, commandId: string, nowMs: number): Remembered | undefined {
    if (commandId === '') return undefined;
    const found = this.#answers.find(this.#hashOf(asker, commandId), (text) => isOf(text, asker, commandId));
    if (found === undefined) return undefined;
    const waiting = this.#waiting.get(found.number);
    if (nowMs - found.atMs >= this.keepMs && waiting === undefined) return undefined;
    const [, room, command] = found.text.split(between, 3) as [string, RoomId, string];
    return { room, command, reply: found.bytes, atMs: found.atMs, waiting };
  }

  /** `waiting`: who hears when the log has it; without: it has. Answers its number here; undefined: it has no command id. */
  remember(asker: string, commandId: string, { room, command, reply, atMs }: Answered, waiting?: Told[]): number | undefined {
    if (commandId === '') return undefined;
    const text = `${asker}\n${room}\n${command}\n${commandId}`;
    const number = this.#answers.put(this.#hashOf(asker, commandId), atMs, text, reply);
    if (waiting !== undefined) this.#waiting.set(number, waiting);
    return number;
  }

  /** It is in the log: a repeat need not wait any more. */
  stored(number: number): void {
    this.#waiting.delete(number);
  }

  forgetOld(nowMs: number): void {
    for (let oldest = this.#answers.oldest; oldest !== undefined; oldest = this.#answers.oldest) {
      if (nowMs - oldest.atMs < this.keepMs || this.#waiting.get(oldest.number) !== undefined) return;
      this.#answers.forgetOldest();
    }
  }

  get size(): number {
    return this.#answers.size;
  }

  #hashOf(asker: string, commandId: string): number {
    return spreadHash(commandId, fnv1a(asker, this.#seed));
  }
}

function isOf(text: string, asker: string, commandId: string): boolean {
  const [account, room = '', command = ''] = text.split(between, 3);
  // As it reads after UTF-8, where half of a surrogate pair is something else.
  const asKept = Buffer.from(commandId).toString();
  return account === asker && text.slice(`${asker}\n${room}\n${command}\n`.length) === asKept;
}
