import { Numbered, type Timer } from '@plaza/kit';
import type { SessionFacts } from '@plaza/proto/room';
import type { HolderLink } from './holder-links.js';

/** A command to a room, on its way. `body` has to stay as it is until the outcome is there: it may be sent again. */
export interface RoutedCommand {
  readonly room: string;
  /** 0: no session (server API). */
  readonly session: number;
  readonly kind: number;
  readonly body: Uint8Array;
  /** Never empty where a repeat would do harm: after a takeover the command is sent again. */
  readonly commandId: string;
  /** Always with a join. */
  readonly facts?: SessionFacts;
  readonly operator?: string;
  readonly asAccount?: string;
  readonly disconnected?: boolean;
  /** With session 0: the name of the API key that asked. */
  readonly apiKey?: string;
}

/** The encoded plaza.v1.Reply without id; or not known in time: ask again after `unavailable` ms, with the same command id. */
export type CommandOutcome = { readonly reply: Uint8Array } | { readonly unavailable: number; readonly why: string };

export interface Pending {
  readonly command: RoutedCommand;
  readonly lane: ShardLane;
  readonly answer: (outcome: CommandOutcome) => void;
  readonly giveUpMs: number;
  /** Among the unanswered of its lane. */
  place: number;
  /** On the lane's link; 0: not sent, or sent in vain. */
  number: number;
  withFacts: boolean;
}

/** Beyond this the sessions that were told are forgotten: their facts go out once more, which does no harm. */
const maxTold = 20_000;

/** What one shard's commands wait for: the unanswered, oldest first, and whom they were sent to. */
export class ShardLane {
  readonly unanswered = new Numbered<Pending>();
  /** The link on which the sent ones have their numbers. */
  link: HolderLink<Pending> | undefined;
  /** False: new commands wait. */
  open = false;
  epoch = 0;
  retry: Timer | undefined;
  retryMs = 0;
  readonly #told = new Set<number>();
  #announced = false;

  constructor(readonly shard: number) {}

  /** From now on commands go to this holder. With a new link or epoch all of them do, and no session counts as known there. */
  aim(link: HolderLink<Pending>, epoch: number): void {
    this.open = true;
    if (this.link === link && this.epoch === epoch) return;
    this.disown();
    this.open = true;
    this.link = link;
    this.epoch = epoch;
    this.#announced = false;
    this.#told.clear();
  }

  /** New commands wait; what was sent may still be answered. */
  pause(): void {
    this.open = false;
  }

  /** New commands wait, and what was sent counts as not sent: its replies are of no interest any more. */
  disown(): void {
    for (const pending of this.unanswered) this.unsend(pending);
    this.link = undefined;
    this.open = false;
  }

  unsend(pending: Pending): void {
    if (pending.number !== 0) this.link?.forget(pending.number);
    pending.number = 0;
  }

  settle(pending: Pending, outcome: CommandOutcome): void {
    this.unsend(pending);
    this.unanswered.delete(pending.place);
    pending.answer(outcome);
  }

  /** The holder of this epoch knows all sessions. */
  announced(epoch: number): void {
    if (!this.open || this.epoch !== epoch) return;
    this.#announced = true;
    this.#told.clear();
  }

  /** The holder says that it does not know this session. */
  untold(session: number): void {
    this.#announced = false;
    this.forget(session);
  }

  /** The session has gone. */
  forget(session: number): void {
    this.#told.delete(session);
  }

  /** True once for each session while the holder may not know it. */
  needsFacts(session: number): boolean {
    if (session === 0 || this.#announced || this.#told.has(session)) return false;
    if (this.#told.size >= maxTold) this.#told.clear();
    this.#told.add(session);
    return true;
  }
}
