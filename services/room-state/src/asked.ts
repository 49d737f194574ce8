import type { Command, Refusal, ReplyResult } from '@plaza/domain';
import { EntryOutcome, type Entry } from '@plaza/proto/room';
import type { LoadedRoom } from './loaded-room.js';
import type { RoomStateMetrics } from './metrics.js';
import type { Outbox } from './outbox.js';
import { encodeResult, refusedResult, withHead } from './replies.js';

const nothing = new Uint8Array(0);

const outcomeOf = (result: ReplyResult): string => (result.$case === 'refused' ? `refused:${result.value.code}` : result.$case);

/** One entry on its way through a shard, and how it is answered: exactly once. */
export class Asked {
  constructor(
    readonly entry: Entry,
    readonly command: Command,
    /** The edge or api process that asks. */
    readonly asker: string,
    private readonly metrics: RoomStateMetrics,
    private readonly reply: (outcome: EntryOutcome, reply: Uint8Array) => void,
  ) {}

  notHolder(): void {
    this.metrics.command(this.command.$case, 'not-holder');
    this.reply(EntryOutcome.ENTRY_OUTCOME_NOT_HOLDER, nothing);
  }

  unknownSession(): void {
    this.metrics.command(this.command.$case, 'unknown-session');
    this.reply(EntryOutcome.ENTRY_OUTCOME_UNKNOWN_SESSION, nothing);
  }

  /** At once, whatever the room has on its way to the log. */
  answerNow(result: ReplyResult, head: number): void {
    this.#answer(encodeResult(result), head, outcomeOf(result));
  }

  /** Once everything is in the log that the answer may have seen: nobody hears of what is not accepted. */
  answer(outbox: Outbox, room: LoadedRoom, result: ReplyResult, encoded = encodeResult(result)): void {
    const outcome = outcomeOf(result);
    outbox.behind(room, { stored: () => this.#answer(encoded, room.accepted.last, outcome), lost: () => this.notHolder() });
  }

  refuse(outbox: Outbox, room: LoadedRoom, refusal: Refusal): void {
    this.answer(outbox, room, refusedResult(refusal));
  }

  /** What was answered, or will be, to the same command before. */
  answerAgain(result: Uint8Array, head: number): void {
    this.#answer(result, head, 'repeated');
  }

  #answer(result: Uint8Array, head: number, outcome: string): void {
    this.metrics.command(this.command.$case, outcome);
    this.reply(EntryOutcome.ENTRY_OUTCOME_ANSWERED, withHead(result, head));
  }
}
