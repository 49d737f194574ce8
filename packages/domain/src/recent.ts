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
  /** In the order of the room, so that forgetting is cheap. Looked up by walking through them, for that is rare: maps of them by this and that were the dearest part of a message. */
  readonly #messages: RecentMessage[] = [];
  /** Those of them that their authors gave an id, a thousand of their own: they are found by it however much others say meanwhile. */
  readonly #named: RecentMessage[] = [];
  /** Few, and read by each who comes back: as they are, not as bytes. */
  readonly #high: RecentMessage[] = [];
  readonly #lastSentMs = new LatestMs();
  readonly #lastSaidMs = new LatestMs();
  /** Messages up to here are in `lastSaidMs`: most rooms never ask for it. */
  #saidUpTo = 0;
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
    this.#messages.push(message);
    if (commandId !== '') this.#named.push(message);
    if (messageClass === MessageClass.MESSAGE_CLASS_HIGH && !notAgain)
      this.#high.push({ position, timeMs, account, commandId, audience, event });
    this.#lastSentMs.note(account, timeMs);
    this.#count(messageClass, timeMs);
    if (timeMs - this.#forgotMs >= forgetMs || this.#messages.length > mostMessages + fewMore) this.forgetOld(timeMs);
  }

  /** What decisions do not look at any more goes. */
  forgetOld(nowMs: number): void {
    this.#forgotMs = nowMs;
    const beforeMs = nowMs - Math.max(recentMs, this.recallMs());
    forget(this.#messages, beforeMs);
    forget(this.#named, beforeMs);
    forget(this.#high, nowMs - returnMs);
    this.#lastSentMs.forget(nowMs - recentMs);
    this.#lastSaidMs.forget(nowMs - recentMs);
  }

  /** It remembers nothing. */
  get empty(): boolean {
    return this.#messages.length === 0 && this.#named.length === 0 && this.#lastSentMs.empty && this.#lastSaidMs.empty;
  }

  lastSentMs(account: AccountId): number {
    return this.#lastSentMs.of(account);
  }
  lastSaidMs(account: AccountId, key: string): number {
    const from = this.#messages.findLastIndex(({ position }) => position <= this.#saidUpTo) + 1;
    for (const said of this.#messages.slice(from)) this.#lastSaidMs.note(keyOf(said.account, textKey(bodyOf(said))), said.timeMs);
    this.#saidUpTo = this.#messages.at(-1)?.position ?? this.#saidUpTo;
    return this.#lastSaidMs.of(keyOf(account, key));
  }
  find(position: Position): RecentMessage | undefined {
    return this.#messages.findLast((message) => message.position === position);
  }
  findSent(account: AccountId, commandId: string): RecentMessage | undefined {
    return this.#named.findLast((message) => message.commandId === commandId && message.account === account);
  }
  findAt(account: AccountId, timeMs: number): RecentMessage | undefined {
    return this.#messages.findLast((message) => message.timeMs === timeMs && message.account === account);
  }
  countOf(messageClass: MessageClass, nowMs: number): number {
    return this.#counts.get(messageClass)?.at(nowMs) ?? 0;
  }
  highSince(sinceMs: number): readonly RecentMessage[] {
    return this.#high.filter(({ timeMs }) => timeMs >= sinceMs);
  }

  #count(messageClass: MessageClass, timeMs: number): void {
    let count = this.#counts.get(messageClass);
    if (count === undefined) this.#counts.set(messageClass, (count = new SecondCount()));
    count.note(timeMs);
  }
}

/**
 * When something last happened, by its key, for two minutes. In two maps, of which the older goes as a whole: a map whose entries come and go one by one makes V8 keep
 * what is dead (`Numbered` in kit tells of it).
 */
class LatestMs {
  #newer = new Map<string, number>();
  #older = new Map<string, number>();
  #turnedMs = 0;
  #newestMs = 0;
  #sinceMs = 0;

  note(key: string, ms: number): void {
    if (ms - this.#turnedMs >= recentMs) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#turnedMs = ms;
    }
    // Before what is forgotten already: its clock was ahead.
    this.#turnedMs = Math.min(this.#turnedMs, ms);
    if (ms < this.#sinceMs) this.#sinceMs = 0;
    this.#newer.set(key, ms);
    this.#newestMs = ms;
  }

  /** 0: not since what was forgotten. */
  of(key: string): number {
    const ms = this.#newer.get(key) ?? this.#older.get(key) ?? 0;
    return ms < this.#sinceMs ? 0 : ms;
  }

  forget(beforeMs: number): void {
    this.#sinceMs = beforeMs;
    if (this.empty || this.#newestMs >= beforeMs) return;
    this.#newer.clear();
    this.#older.clear();
  }

  get empty(): boolean {
    return this.#newer.size === 0 && this.#older.size === 0;
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

function bodyOf({ event }: RecentMessage): Message['body'] {
  return event.kind?.$case === 'message' ? event.kind.value.body : undefined;
}

/** Takes messages from the front while they are from before `beforeMs` or too many. */
function forget(messages: RecentMessage[], beforeMs: number): void {
  const left = messages.findIndex(({ timeMs }) => timeMs >= beforeMs);
  const old = left < 0 ? messages.length : left;
  const gone = Math.max(old, messages.length - mostMessages);
  if (gone > 0) messages.splice(0, gone);
}
