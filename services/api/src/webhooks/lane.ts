import { timeOfPosition } from '@plaza/domain';
import type { WaitingLane } from './deliveries.js';
import type { RoomEvent } from './payload.js';

/** The part of a room's deliveries that is not in memory: events after a position, from a record of the log on. */
export interface FromLog {
  readonly sequence: number;
  readonly after: number;
  /** A record that holds the newest of them; 0: not known, the end of the shard's records is the end. */
  readonly upTo: number;
}

/** Deliveries of one room to one endpoint, in their order: first what is queued here, then what is in the log. Pure state; `held` tells what the queue takes. */
export class Lane {
  queue: RoomEvent[] = [];
  log: FromLog | undefined;
  state: 'idle' | 'ready' | 'busy' | 'waiting' = 'idle';
  /** Failures in a row of what is first. */
  failures = 0;
  nextAtMs = 0;
  lastError = '';
  /** Of a replay: when it was asked for. */
  askedMs = 0;
  /** Reads in a row that gave nothing although there should be something. */
  emptyReads = 0;
  /** Somebody wants it from there again, as soon as the delivery under way has ended. */
  again: (FromLog & { readonly askedMs: number }) | undefined;

  constructor(
    readonly room: string,
    readonly shard: number,
    private readonly held: (events: number, bytes: number) => void,
  ) {}

  static restored(kept: WaitingLane, shard: number, held: Lane['held']): Lane {
    const lane = new Lane(kept.room, shard, held);
    lane.log = { sequence: kept.sequence, after: kept.after, upTo: kept.upTo };
    lane.failures = kept.failures;
    lane.nextAtMs = kept.nextAtMs;
    lane.lastError = kept.lastError;
    lane.askedMs = kept.askedMs;
    lane.state = 'waiting';
    return lane;
  }

  /** A new event: queued, unless older ones are in the log only. */
  take(event: RoomEvent): void {
    if (this.again !== undefined) this.again = { ...this.again, upTo: event.sequence };
    else if (this.log !== undefined) this.log = { ...this.log, upTo: Math.max(this.log.upTo, event.sequence) };
    else this.#push([event]);
  }

  /** What a read of the log up to a record gave. */
  fill(events: readonly RoomEvent[], through: number): void {
    const log = this.log!;
    this.emptyReads = 0;
    this.#push(events);
    const next = { ...log, sequence: through + 1, after: events.at(-1)?.position ?? log.after };
    this.log = log.upTo > 0 && next.sequence > log.upTo ? undefined : next;
  }

  /** There is nothing more in the log. */
  atEnd(): void {
    this.log = undefined;
    this.emptyReads = 0;
  }

  /** The first of the queue are done with. */
  done(events: number): void {
    this.#release(this.queue.splice(0, events));
    this.failures = 0;
    this.lastError = '';
  }

  /** Waits, and holds nothing in memory meanwhile. */
  failed(why: string, nextAtMs: number): void {
    this.failures++;
    this.lastError = why;
    this.wait(nextAtMs);
  }

  wait(nextAtMs: number): void {
    this.#back();
    this.nextAtMs = nextAtMs;
    this.state = 'waiting';
  }

  /** From there again, as soon as nothing is under way; where it is before that already, it gets there by itself. */
  replay(from: FromLog & { readonly askedMs: number }): void {
    const before = this.again?.after ?? (this.isEmpty ? Number.MAX_SAFE_INTEGER : this.#first - 1);
    if (before <= from.after) return;
    if (this.state === 'busy') this.again = from;
    else this.rewind(from);
  }

  rewind({ askedMs, ...log }: FromLog & { readonly askedMs: number }): void {
    const upTo = log.upTo === 0 ? 0 : Math.max(log.upTo, this.log?.upTo ?? this.queue.at(-1)?.sequence ?? 0);
    this.drop();
    this.log = { ...log, upTo };
    this.askedMs = askedMs;
    this.failures = 0;
    this.again = undefined;
  }

  drop(): void {
    this.#release(this.queue.splice(0));
  }

  get isEmpty(): boolean {
    return this.queue.length === 0 && this.log === undefined && this.again === undefined;
  }

  /** The record of its first event; read from there, nothing is missed. */
  get sequence(): number {
    return this.queue[0]?.sequence ?? this.log?.sequence ?? Number.MAX_SAFE_INTEGER;
  }

  /** Since when its first event is due, Unix ms. */
  get dueMs(): number {
    return Math.max(this.askedMs, timeOfPosition(this.#first));
  }

  get #first(): number {
    return this.queue[0]?.position ?? (this.log?.after ?? 0) + 1;
  }

  /** As it is kept; undefined: it is in memory only, its feed's place stands before it. */
  get kept(): WaitingLane | undefined {
    const { room, failures, nextAtMs, lastError, askedMs, again, log } = this;
    const rest = { room, failures, nextAtMs, lastError };
    if (again !== undefined) return { ...rest, ...again };
    const [head] = this.queue;
    if (log === undefined) return undefined;
    const from = head === undefined ? log : { sequence: head.sequence, after: head.position - 1, upTo: log.upTo };
    return { ...rest, ...from, askedMs };
  }

  #back(): void {
    const [head, tail] = [this.queue[0], this.queue.at(-1)];
    if (head === undefined || tail === undefined) return;
    this.log = { sequence: head.sequence, after: head.position - 1, upTo: this.log?.upTo ?? tail.sequence };
    this.drop();
  }

  #push(events: readonly RoomEvent[]): void {
    for (const event of events) {
      this.queue.push(event);
      this.held(1, event.event.length);
    }
  }

  #release(events: readonly RoomEvent[]): void {
    for (const { event } of events) this.held(-1, -event.length);
  }
}
