import { Event, MessageClass, type Message } from '@plaza/proto/client';
import type { AccountId, Position } from './ids.js';
import { textKey } from './content/text-key.js';
import type { Audience, RecentMessage, RecentView } from './types.js';

/** How far back slow mode and the like look, and an author's recall at least: so much of the log is read again after a takeover. */
export const recentMs = 120_000;
/** Messages of class high are given again to who returns within this. */
export const returnMs = 30_000;
/** Between two looks for what is too old. */
const forgetMs = 250;
/** Messages of which the content is remembered; so many more before the oldest go together. */
const mostMessages = 1000;
const fewMore = 250;
const tenths = 10;
const tenthMs = 100;

/**
 * Kept as the bytes that the log has: 200,000 of them as objects stop a holder for 184 ms when V8 marks what is alive, as bytes for 24, and take 690 bytes
 * of heap each instead of 200 (and 180 outside of it). What decisions ask for is rare, and 3 us to decode.
 */
class Kept implements RecentMessage {
  constructor(
    readonly position: Position,
    readonly timeMs: number,
    readonly account: string,
    readonly commandId: string,
    readonly audience: Audience,
    private readonly encoded: Uint8Array,
  ) {}

  get event(): Event {
    return Event.decode(this.encoded);
  }
}

/** The room's last minutes as decisions look at them: noted event by event, in the order of the room. Bounded in time and number. */
export class Recent implements RecentView {
  /** Each in the order of time, so that forgetting is cheap. */
  readonly #messages = new Map<Position, RecentMessage>();
  readonly #sent = new Map<string, RecentMessage>();
  /** Few, and read by each who comes back: as they are, not as bytes. */
  readonly #high = new Map<Position, RecentMessage>();
  readonly #lastSentMs = new Map<string, number>();
  readonly #lastSaidMs = new Map<string, number>();
  /** Said, and not in `lastSaidMs` yet: most rooms never ask for it, and its keys are the dearest part of a message. */
  readonly #said = new Map<Position, RecentMessage>();
  #forgotMs = 0;
  readonly #counts = new Map<MessageClass, SecondCount>();

  /** `recallMs`: how long an author may take a message back, as the room is set now. */
  constructor(private readonly recallMs: () => number = () => recentMs) {}

  /** `encoded`: the event in a buffer of its own. What is no message is passed over. */
  note(event: Event, encoded: Uint8Array, audience: Audience): void {
    const { position, timeMs, kind } = event;
    if (kind?.$case !== 'message') return;
    const { account, commandId, class: messageClass, notAgain } = kind.value;
    const message = new Kept(position, timeMs, account, commandId, audience, encoded);
    this.#messages.set(position, message);
    if (commandId !== '') renew(this.#sent, keyOf(account, commandId), message);
    if (messageClass === MessageClass.MESSAGE_CLASS_HIGH && !notAgain)
      this.#high.set(position, { position, timeMs, account, commandId, audience, event });
    renew(this.#lastSentMs, account, timeMs);
    this.#said.set(position, message);
    this.#count(messageClass, timeMs);
    if (timeMs - this.#forgotMs >= forgetMs || this.#messages.size > mostMessages + fewMore) this.forgetOld(timeMs);
  }

  /** What decisions do not look at any more goes. */
  forgetOld(nowMs: number): void {
    this.#forgotMs = nowMs;
    const ofMessage = ({ timeMs }: RecentMessage): number => timeMs;
    const beforeMs = nowMs - Math.max(recentMs, this.recallMs());
    forget(this.#messages, ofMessage, beforeMs, mostMessages);
    forget(this.#sent, ofMessage, beforeMs, mostMessages);
    forget(this.#said, ofMessage, nowMs - recentMs, mostMessages);
    forget(this.#high, ofMessage, nowMs - returnMs, mostMessages);
    forget(this.#lastSentMs, (ms) => ms, nowMs - recentMs);
    forget(this.#lastSaidMs, (ms) => ms, nowMs - recentMs);
  }

  /** It remembers nothing. */
  get empty(): boolean {
    return this.#messages.size === 0 && this.#lastSentMs.size === 0 && this.#lastSaidMs.size === 0;
  }

  lastSentMs(account: AccountId): number {
    return this.#lastSentMs.get(account) ?? 0;
  }
  lastSaidMs(account: AccountId, key: string): number {
    for (const said of this.#said.values()) renew(this.#lastSaidMs, keyOf(said.account, textKey(bodyOf(said))), said.timeMs);
    this.#said.clear();
    return this.#lastSaidMs.get(keyOf(account, key)) ?? 0;
  }
  find(position: Position): RecentMessage | undefined {
    return this.#messages.get(position);
  }
  findSent(account: AccountId, commandId: string): RecentMessage | undefined {
    return this.#sent.get(keyOf(account, commandId));
  }
  findAt(account: AccountId, timeMs: number): RecentMessage | undefined {
    let found: RecentMessage | undefined;
    for (const message of this.#messages.values()) if (message.account === account && message.timeMs === timeMs) found = message;
    return found;
  }
  countOf(messageClass: MessageClass, nowMs: number): number {
    return this.#counts.get(messageClass)?.at(nowMs) ?? 0;
  }
  highSince(sinceMs: number): readonly RecentMessage[] {
    return [...this.#high.values()].filter(({ timeMs }) => timeMs >= sinceMs);
  }

  #count(messageClass: MessageClass, timeMs: number): void {
    let count = this.#counts.get(messageClass);
    if (count === undefined) this.#counts.set(messageClass, (count = new SecondCount()));
    count.note(timeMs);
  }
}

/** Counts what happened in the last second, in tenths of it: a hot room has thousands of messages a second. */
class SecondCount {
  readonly #tenths = new Array<number>(tenths).fill(-1);
  readonly #counts = new Array<number>(tenths).fill(0);

  note(ms: number): void {
    const tenth = Math.floor(ms / tenthMs);
    const at = tenth % tenths;
    if (this.#tenths[at] !== tenth) this.#counts[at] = 0;
    this.#tenths[at] = tenth;
    this.#counts[at]!++;
  }

  at(nowMs: number): number {
    const now = Math.floor(nowMs / tenthMs);
    return this.#counts.reduce((sum, count, at) => (this.#tenths[at]! > now - tenths && this.#tenths[at]! <= now ? sum + count : sum), 0);
  }
}

/** A line feed is in no account. */
const keyOf = (account: string, rest: string): string => `${account}\n${rest}`;

function renew<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
}

function bodyOf({ event }: RecentMessage): Message['body'] {
  return event.kind?.$case === 'message' ? event.kind.value.body : undefined;
}

/** Takes entries from the front while they are from before `beforeMs` or too many. */
function forget<K, T>(map: Map<K, T>, timeOf: (value: T) => number, beforeMs: number, most = Infinity): void {
  for (const [key, value] of map) {
    if (map.size <= most && timeOf(value) >= beforeMs) return;
    map.delete(key);
  }
}
