import type { Reply } from '@plaza/proto/client';
import type { SentCommand } from '../records.js';

export interface Waiting {
  readonly sent: SentCommand;
  /** When its first try left, or would have. */
  readonly since: number;
  /** Not before this moment. */
  dueAt: number;
  /** Undefined: it was given up without an answer. */
  readonly done: (reply: Reply | undefined) => void;
}

/** A command is remembered for 60 s by its id; a client that sends it again later would make another command of it. */
const sentAgainForMs = 45_000;
/** When the run is at its end: who may not enter its room any more does not wait for that. */
const atTheEndMs = 8000;

/** The commands of one client that wait for their answers, or to be sent again. */
export class Outstanding {
  readonly #inFlight = new Map<number, Waiting>();
  #held: Waiting[] = [];
  #patienceMs = sentAgainForMs;

  get size(): number {
    return this.#inFlight.size + this.#held.length;
  }

  left(id: number, waiting: Waiting): void {
    this.#inFlight.set(id, waiting);
  }

  answered(id: number): Waiting | undefined {
    const waiting = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    return waiting;
  }

  /** To be sent (again); what has no id is given up, as it would be another command. */
  hold(waiting: Waiting): void {
    if (waiting.sent.commandId === '') waiting.done(undefined);
    else this.#held.push(waiting);
  }

  /** The connection is gone. What was on it comes before what was held already. */
  lost(): void {
    const lost = [...this.#inFlight.values()];
    this.#inFlight.clear();
    const held = this.#held;
    this.#held = [];
    for (const waiting of lost) this.hold(waiting);
    this.#held.push(...held);
  }

  /** Takes what can be sent now; gives up what is too old. */
  due(now: number, canSend: (room: string) => boolean): Waiting[] {
    const due: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const waiting of this.#held) {
      if (now - waiting.since > this.#patienceMs) waiting.done(undefined);
      else (waiting.dueAt <= now && canSend(waiting.sent.room) ? due : rest).push(waiting);
    }
    this.#held = rest;
    return due;
  }

  comeToAnEnd(): void {
    this.#patienceMs = atTheEndMs;
  }

  giveUp(): void {
    this.lost();
    for (const waiting of this.#held) waiting.done(undefined);
    this.#held = [];
  }
}
