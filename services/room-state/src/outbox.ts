import type { Limits, Shard } from '@plaza/domain';
import { causeOf, type Clock, type Logger, type Timer } from '@plaza/kit';
import { newRecordId, recordSchema, type Appender } from '@plaza/log';
import { Record } from '@plaza/proto/log';
import type { LoadedRoom } from './loaded-room.js';
import type { RoomStateMetrics } from './metrics.js';
import type { QueuedCommand } from './outbox-queue.js';
import type { Pulse } from './pulse.js';
import type { Told } from './repeats.js';
import { sealRooms, type SealedBatch } from './seal.js';
import type { Settings } from './settings.js';

/** A room whose last batch had more events than this waits for the interval before its next: merging pays there. */
const busyEvents = 4;

export interface OutboxParts {
  readonly shard: Shard;
  readonly epoch: number;
  readonly appender: Appender;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: RoomStateMetrics;
  readonly settings: Pick<Settings, 'hotIntervalMs' | 'inputMs' | 'inputBytes'>;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly pulse: Pulse;
  /** The record is in the log; called before anybody who waits for it is told. */
  stored(batches: readonly SealedBatch[], sequence: number): void;
  /** The shard is another's, or the outbox was stopped; everybody who waited has been told. */
  lost(): void;
}

/** A record without batches: a repeated claim, a release. */
type ControlRecord = Pick<Record, 'claim' | 'release'>;

/**
 * The way of a shard's events into its log: one append under way, and whatever the rooms have ready meanwhile rides in the next one. So a busy shard
 * batches itself and an idle one has no delay. A busy room has a least time between its batches, which merges events for its readers.
 */
export class Outbox {
  readonly #ready = new Set<LoadedRoom>();
  readonly #controls: { readonly record: ControlRecord; readonly done: (stored: boolean) => void }[] = [];
  #expected: number;
  #bytes = 0;
  #oldestMs = 0;
  #running = false;
  /** Something became ready since the rooms were last looked at. */
  #asked = false;
  #flushing = false;
  #over = false;
  #timer: Timer | undefined;
  #idle: (() => void)[] = [];

  /** `expected`: the sequence of the shard's newest record, which is the holder's own claim. */
  constructor(
    private readonly parts: OutboxParts,
    expected: number,
  ) {
    this.#expected = expected;
  }

  /** The sequence of the newest record that is known to be in the log. */
  get sequence(): number {
    return this.#expected;
  }

  /** More input would wait too long: the log does not keep up or cannot be asked. */
  get full(): boolean {
    const { settings, clock } = this.parts;
    return this.#bytes > settings.inputBytes || (this.#oldestMs > 0 && clock.now() - this.#oldestMs > settings.inputMs);
  }

  put(room: LoadedRoom, command: QueuedCommand): void {
    if (this.#over) return tellLost([command]);
    room.queue.push(command);
    this.#bytes += command.bytes;
    this.touch(room);
  }

  /** The room has something for the log: events or a tally. */
  touch(room: LoadedRoom): void {
    if (this.#over) return;
    this.#ready.add(room);
    this.#wake();
  }

  /** Tells when all that is queued in the room now is in the log or lost; at once where nothing is. */
  behind(room: LoadedRoom, told: Told): void {
    if (this.#over) return told.lost();
    const last = room.queue.at(-1) ?? room.inFlight.at(-1);
    if (last === undefined) told.stored();
    else last.waiting.push(told);
  }

  /** Appends a record of the holder itself, before what rooms have ready. False: the shard is lost. */
  control(record: ControlRecord): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    return new Promise((done) => {
      this.#controls.push({ record, done });
      this.#wake();
    });
  }

  /** Resolves when nothing is queued any more, without regard to intervals. */
  flush(): Promise<void> {
    this.#flushing = true;
    this.#wake();
    return new Promise((resolve) => {
      if (this.#empty) resolve();
      else this.#idle.push(resolve);
    });
  }

  /** Nothing more goes out; everybody who waits is told that the shard is lost. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    for (const { done } of this.#controls.splice(0)) done(false);
    for (const room of this.#ready) tellLost(room.queue.splice(0));
    this.#ready.clear();
    this.#settleIdle();
    this.parts.lost();
  }

  get #empty(): boolean {
    return this.#over || (!this.#running && this.#ready.size === 0 && this.#controls.length === 0);
  }

  /** Never in this turn: all entries of one command batch are decided first, and share the record. */
  #wake(): void {
    this.#asked = true;
    if (this.#running || this.#over) return;
    this.#running = true;
    this.#timer?.cancel();
    this.parts.pulse.next(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      // What is put between the last look and the end of this loop woke nobody.
      while (this.#asked && !this.#over) {
        this.#asked = false;
        while (await this.#appendNext()) await new Promise<void>((resolve) => this.parts.pulse.next(resolve));
      }
    } catch (error) {
      this.parts.logger.error({ event: 'append-failed', shard: this.parts.shard, cause: causeOf(error) });
      this.stop();
    }
    this.#running = false;
    if (this.#empty) this.#settleIdle();
  }

  /** False: there is nothing to append now. */
  async #appendNext(): Promise<boolean> {
    if (this.#over) return false;
    const control = this.#controls.shift();
    const batches = control === undefined ? sealRooms(this.#ready, (room) => this.#mayGo(room), this.parts.limits) : [];
    if (control === undefined && batches.length === 0) {
      this.#sleep();
      return false;
    }
    const stored = await this.#append(batches, control?.record);
    control?.done(stored);
    return stored;
  }

  async #append(batches: readonly SealedBatch[], control: ControlRecord | undefined): Promise<boolean> {
    const { shard, epoch, appender, clock, signal, metrics } = this.parts;
    const id = newRecordId();
    const startMs = clock.now();
    this.#oldestMs = oldestOf(batches, startMs);
    const waitedMs = startMs - this.#oldestMs;
    const record = {
      id,
      epoch,
      schema: recordSchema,
      timeMs: startMs,
      claim: control?.claim,
      release: control?.release,
      batches: batches.map(({ batch }) => batch),
    };
    const outcome = await appender.append(shard, this.#expected, id, Record.encode(record).finish(), signal).catch((error: unknown) => {
      tellLost(batches.flatMap(({ commands }) => commands));
      throw error;
    });
    this.#oldestMs = 0;
    if ('stored' in outcome && !this.#over) {
      metrics.appended(clock.now() - startMs, waitedMs, batches);
      this.#settle(batches, outcome.stored);
      return true;
    }
    tellLost(batches.flatMap(({ commands }) => commands));
    this.stop();
    return false;
  }

  #settle(batches: readonly SealedBatch[], sequence: number): void {
    this.#expected = sequence;
    for (const { room, accepted, batch, bytes } of batches) {
      this.#bytes -= bytes;
      room.inFlight = [];
      const { last, bucket, bucketCount } = accepted;
      room.accepted = { last, lastSequence: sequence, bucket, bucketCount };
      if (batch.events.length === 0) continue;
      room.lastBatchMs = this.parts.clock.now();
      room.lastBatchEvents = batch.events.length;
      room.headSignals = 0;
    }
    this.parts.stored(batches, sequence);
    for (const { commands } of batches) for (const { waiting } of commands) for (const told of waiting) told.stored();
  }

  #mayGo(room: LoadedRoom): boolean {
    const paced = room.lastBatchEvents > busyEvents || room.state.settings.batchIntervalMs > 0;
    return this.#flushing || !paced || this.#waitOf(room) <= 0;
  }

  #waitOf(room: LoadedRoom): number {
    const intervalMs = room.state.settings.batchIntervalMs || this.parts.settings.hotIntervalMs;
    return room.lastBatchMs + intervalMs - this.parts.clock.now();
  }

  #sleep(): void {
    if (this.#ready.size === 0) return;
    const waitMs = Math.min(...Array.from(this.#ready, (room) => this.#waitOf(room)));
    this.#timer?.cancel();
    this.#timer = this.parts.clock.after(Math.max(1, waitMs), () => this.#wake());
  }

  #settleIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const oldestOf = (batches: readonly SealedBatch[], startMs: number): number =>
  batches.reduce((oldest, { commands }) => Math.min(oldest, commands[0]?.queuedMs ?? startMs), startMs);

function tellLost(commands: readonly QueuedCommand[]): void {
  for (const { waiting } of commands) for (const told of waiting) told.lost();
}
