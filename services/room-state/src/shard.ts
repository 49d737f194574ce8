import { HeadOf, parseRoomKey, refuse, whoMatters, type Actor, type Command, type RoomId } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import { liveFlags } from '@plaza/protocol';
import type { Announce, FillChunk } from '@plaza/proto/room';
import type { Asked } from './asked.js';
import { wakeDue } from './due.js';
import { announce, giveUp, type AnnouncesBegun } from './handlers/announce.js';
import { fill } from './handlers/fill.js';
import { join } from './handlers/join.js';
import { departDeferred, leave } from './handlers/leave.js';
import { roomCommand } from './handlers/room-command.js';
import { joined, loggedControl } from './control.js';
import { query, queryCases, type QueryCase } from './handlers/query.js';
import { batchFrame } from './live-frames.js';
import type { LoadedRoom } from './loaded-room.js';
import { allOf } from './outbox-queue.js';
import { Outbox } from './outbox.js';
import type { ProjectionWriter } from './projection-writer.js';
import { rebuildProjection } from './rebuild.js';
import { recover, type PreparedPast, type Recovered } from './recovery.js';
import type { RecentEvents } from './recent-events.js';
import type { RemovedLately } from './removed-lately.js';
import type { Repeats } from './repeats.js';
import { refusedResult, unavailableResult } from './replies.js';
import { Rooms } from './rooms.js';
import type { SealedBatch } from './seal.js';
import { Sessions } from './sessions.js';
import { Settling } from './settling.js';
import type { ShardCore } from './shard-core.js';
import type { ShardParts } from './shard-parts.js';
import { signal as sendSignals } from './signals.js';
import { takeSnapshot } from './snapshots.js';
import { tally } from './tallies.js';

/** What a claim came to. */
export interface Claimed {
  readonly epoch: number;
  /** The sequence of the shard's record before the claim; 0: there was none. */
  readonly previous: number;
}

/** One shard in the hands of this process, from its claim until it is released or lost. Everything of it goes with it. */
export class HeldShard implements ShardCore {
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  readonly repeats: Repeats;
  readonly removed: RemovedLately;
  readonly events: RecentEvents;
  readonly writer: ProjectionWriter;
  readonly outbox: Outbox;
  readonly deferredLeaves = new Map<RoomId, Map<string, Actor>>();
  readonly epoch: number;
  readonly #announces: AnnouncesBegun = new Map();
  readonly #settling: Settling;
  readonly #ends = new AbortController();
  #taking = true;
  #nextTallyMs: number;
  #nextSnapshotMs: number;
  #nextClaimMs: number;
  #snapshotAt = 0;
  #snapshotting = false;

  /** Reads what the shard's former holders accepted. Rejects where it cannot be read now: the claim stands, and this may be tried again. */
  static async recover(
    parts: ShardParts,
    claimed: Claimed,
    signal: AbortSignal,
    lost: (shard: HeldShard) => void,
    prepared?: PreparedPast,
  ): Promise<HeldShard> {
    // The writer asks for a rebuild only once the shard serves: the proof of holding goes through the shard's own outbox.
    const serving: { held?: HeldShard } = {};
    const rebuild = async (sequence: number): Promise<number | undefined> => serving.held?.rebuild(sequence);
    const recovered = await recover(parts, claimed.epoch, signal, rebuild, prepared);
    const held = new HeldShard(parts, claimed, recovered, lost);
    serving.held = held;
    held.#republish(recovered);
    return held;
  }

  private constructor(
    readonly parts: ShardParts,
    claimed: Claimed,
    recovered: Recovered,
    private readonly lost: (shard: HeldShard) => void,
  ) {
    const { clock, settings, logger } = parts;
    const nowMs = clock.now();
    this.epoch = claimed.epoch;
    this.repeats = recovered.repeats;
    this.removed = recovered.removed;
    this.events = recovered.events;
    this.writer = recovered.writer;
    this.sessions = new Sessions(
      () => this.settling(),
      () => clock.now(),
    );
    this.rooms = new Rooms(
      {
        clock,
        logger,
        limits: parts.limits,
        idleMs: settings.idleRoomMs,
        load: (room) => this.writer.load(room),
        mayGo: (room) => this.#mayGo(room),
      },
      recovered.rooms,
    );
    this.outbox = new Outbox(
      {
        ...parts,
        epoch: this.epoch,
        signal: this.#ends.signal,
        stored: (batches, sequence) => this.#stored(batches, sequence),
        lost: () => this.#lost(),
      },
      claimed.epoch,
    );
    this.#settling = new Settling({ clock, edges: parts.edges, settlingMs: settings.settlingMs }, claimed.previous !== 0);
    this.#nextTallyMs = nowMs + settings.tallyMs;
    this.#nextSnapshotMs = nowMs + Math.min(settings.snapshotMs, 5000 + (parts.shard % 16) * 1000);
    this.#nextClaimMs = nowMs + settings.claimRepeatMs;
  }

  settling(): boolean {
    return this.#settling.on;
  }

  /** A command, in the order of its room. */
  handle(asked: Asked): void {
    if (!this.#taking) return asked.notHolder();
    const id = parseRoomKey(asked.entry.room);
    if (id === undefined) return asked.answerNow(refusedResult(refuse('bad-request', 'a room id is 1-64 of A-Z a-z 0-9 _ -')), 0);
    this.rooms.with(id, { loaded: (room) => this.#turn(room, asked), unavailable: () => this.#unavailable(asked) });
  }

  announce(asker: string, ask: Announce): void {
    if (announce(this, this.#announces, asker, ask)) this.#settling.spoke(asker);
    if (this.#settling.ends()) this.#settled();
  }

  /** Rejects with ProjectionUnavailable or LogUnavailable. */
  async *fill(id: RoomId, after: number): AsyncGenerator<FillChunk> {
    yield* fill(this, await this.rooms.take(id), after);
  }

  /** The edge did not come back in time: its sessions have left. */
  askerGone(asker: string): void {
    giveUp(this, this.sessions.ofAsker(asker));
  }

  /** Every second. */
  tick(): void {
    if (!this.#taking) return;
    const { clock, settings } = this.parts;
    const nowMs = clock.now();
    this.repeats.forgetOld(nowMs);
    this.removed.forgetOld(nowMs);
    if (this.#settling.ends()) this.#settled();
    this.#loadRoomsWithMembers();
    sendSignals(this);
    this.parts.beside.run(wakeDue(this));
    if (nowMs >= this.#nextTallyMs) {
      this.#nextTallyMs = nowMs + settings.tallyMs;
      tally(this);
    }
    this.parts.beside.run(this.writer.flush());
    this.rooms.sweep();
    this.#renewClaim(nowMs);
    if (nowMs >= this.#nextSnapshotMs) this.parts.beside.run(this.#snapshot(nowMs));
  }

  /** Proves that the shard is still held, by a record of its own: for when another process says that it holds it. False: it is lost. */
  verify(): Promise<boolean> {
    const { id, address } = this.parts;
    return this.outbox.control({ claim: { holder: id, address }, release: undefined });
  }

  /**
   * Hands the shard over in order: the projection while it still serves, then no more commands, everything queued into the log, the release. What the
   * projection lacks by then its next holder reads from the log.
   */
  async release(): Promise<void> {
    await this.writer.flush();
    this.#taking = false;
    tally(this);
    await this.outbox.flush();
    await this.outbox.control({ claim: undefined, release: { holder: this.parts.id } });
    this.end();
  }

  /** Lets go at once: whoever waits is told to ask the new holder. */
  end(): void {
    this.#taking = false;
    this.#ends.abort();
    this.outbox.stop();
  }

  async rebuild(sequence: number): Promise<number | undefined> {
    return (await this.verify()) ? rebuildProjection(this.parts, sequence, this.#ends.signal) : undefined;
  }

  #turn(room: LoadedRoom, asked: Asked): void {
    if (!this.#taking) return asked.notHolder();
    const { command } = asked;
    if (command.$case === 'join') return join(this, room, asked);
    if (command.$case === 'leave') return leave(this, room, asked);
    if (isQuery(command)) return query(this, room, asked, command);
    roomCommand(this, room, asked);
  }

  /** The room cannot be loaded. Who leaves it is gone all the same. */
  #unavailable(asked: Asked): void {
    if (!this.#taking) return asked.notHolder();
    const session = asked.command.$case === 'leave' ? this.sessions.find(asked.asker, asked.entry.session) : undefined;
    if (session !== undefined) this.sessions.remove(session);
    asked.answerNow(unavailableResult('the room cannot be loaded now'), 0);
  }

  /** A record is in the log: now its events may be seen. */
  #stored(batches: readonly SealedBatch[], sequence: number): void {
    const nowMs = this.parts.clock.now();
    for (const { room, batch, commands } of batches) {
      const slots = allOf(commands, (command) => command.slots);
      for (const { remembered } of commands) if (remembered !== undefined) this.repeats.stored(remembered);
      this.writer.note(room.id, [...slots, new HeadOf(room.accepted)], commands.at(-1)?.dueMs ?? room.dueMs);
      if (batch.events.length === 0) continue;
      this.events.note(batch.events.length, nowMs);
      const control = joined(commands.map((command) => command.control));
      const frame = batchFrame(batch, control, this.#moment(room.id, batch.last, sequence));
      this.parts.live.publish(this.parts.shard, room.id, frame);
      const { prev, last, previousSequence } = batch;
      room.ring.push({ prev, last, events: batch.events.length, frame, previousSequence }, nowMs);
    }
    this.writer.noteSequence(sequence);
  }

  #moment(room: RoomId, head: number, sequence: number): Parameters<typeof batchFrame>[2] {
    const { accounts, connections, settling } = this.sessions.of(room);
    return { epoch: this.epoch, sequence, head, accounts, connections, settling };
  }

  /** The former holder may have died between the log's ack and the live frame. */
  #republish({ lastBatches }: Recovered): void {
    for (const [room, { batch, sequence }] of lastBatches) {
      const frame = batchFrame(batch, loggedControl(batch.events), this.#moment(room, batch.last, sequence), liveFlags.republished);
      this.parts.live.publish(this.parts.shard, room, frame);
    }
  }

  #lost(): void {
    this.#taking = false;
    this.#ends.abort();
    this.rooms.close();
    this.lost(this);
  }

  #settled(): void {
    for (const [, presence] of this.sessions.rooms()) presence.changed = true;
    departDeferred(this);
    // Who is missing for good can be told now.
    const nowMs = this.parts.clock.now();
    for (const room of this.rooms.all()) if (whoMatters(room.state).size > 0) room.dueMs = nowMs;
  }

  /** Announced sessions need their room's head in signals. */
  #loadRoomsWithMembers(): void {
    let loading = 0;
    for (const [id, presence] of this.sessions.rooms()) {
      if (presence.connections === 0 || this.rooms.get(id) !== undefined) continue;
      this.rooms.with(id, { loaded: () => undefined, unavailable: () => undefined });
      if (++loading >= roomsLoadedAtOnce) return;
    }
  }

  #mayGo(room: LoadedRoom): boolean {
    return this.sessions.isEmpty(room.id) && !this.writer.isDirty(room.id);
  }

  #renewClaim(nowMs: number): void {
    if (nowMs < this.#nextClaimMs) return;
    this.#nextClaimMs = nowMs + this.parts.settings.claimRepeatMs;
    void this.verify().then(() => this.writer.noteSequence(this.outbox.sequence));
  }

  async #snapshot(nowMs: number): Promise<void> {
    if (this.#snapshotting || this.writer.cursor <= this.#snapshotAt) return;
    const { logger, metrics, settings, shard, snapshots } = this.parts;
    this.#snapshotting = true;
    try {
      if (this.#snapshotAt === 0) this.#snapshotAt = (await snapshots.newest(shard))?.sequence ?? 0;
      const taken = await takeSnapshot(this.parts, () => this.#taking);
      if (taken !== undefined) this.#snapshotAt = taken;
      metrics.snapshot(taken === undefined ? 'failed' : 'taken');
    } catch (error) {
      metrics.snapshot('failed');
      logger.warn({ event: 'snapshot-failed', shard, cause: causeOf(error) });
    } finally {
      this.#nextSnapshotMs = nowMs + settings.snapshotMs;
      this.#snapshotting = false;
    }
  }
}

const isQuery = (command: Command): command is Extract<Command, { $case: QueryCase }> => queryCases.includes(command.$case as QueryCase);

/** Rooms that one tick starts to load because edges announced sessions in them. */
const roomsLoadedAtOnce = 200;
