import type { AttachedAsker, RoomDoor } from '@plaza/bus';
import { parseAccountId, parseRoomKey, refuse, shardOf, type RefusalCode, type RoomId, type Shard } from '@plaza/domain';
import { causeOf, type Logger } from '@plaza/kit';
import { decodeCommand } from '@plaza/protocol';
import { EntryOutcome, type BulkAnswer, type BulkAsk, type CommandBatch, type Entry, type EntryReply, type Fill } from '@plaza/proto/room';
import { AskerLink, type Askers } from './askers.js';
import { Asked } from './asked.js';
import { heads } from './handlers/heads.js';
import type { RoomStateMetrics } from './metrics.js';
import { encodeResult, refusedResult, unavailableResult, withHead } from './replies.js';
import type { HeldShard } from './shard.js';

type Answer = Omit<BulkAnswer, 'number'>;
type Ask = NonNullable<BulkAsk['ask']>;

export interface DoorParts {
  readonly shards: number;
  held(shard: Shard): HeldShard | undefined;
  all(): Iterable<HeldShard>;
  /** This process is to hold the shard. */
  take(shard: Shard): void;
  readonly askers: Askers;
  readonly metrics: RoomStateMetrics;
  readonly logger: Logger;
}

/** Where edges and api come in: finds the shard of each entry, and sees to it that each gets one reply. */
export class Door implements RoomDoor {
  constructor(private readonly parts: DoorParts) {}

  attach(asker: string, replies: ConstructorParameters<typeof AskerLink>[1]): AttachedAsker {
    const link = new AskerLink(asker, replies);
    this.parts.askers.attach(link);
    return {
      commands: (entries) => this.#commands(link, entries),
      ask: (ask) => this.#ask(asker, ask),
      detach: () => this.parts.askers.detach(link),
    };
  }

  #commands(link: AskerLink, entries: CommandBatch['entries']): void {
    for (const entry of entries) this.#handle(link.asker, entry, (reply) => link.reply(reply));
  }

  #handle(asker: string, entry: Entry, reply: (reply: EntryReply) => void): void {
    let answered = false;
    const answer = (outcome: EntryOutcome, bytes: Uint8Array): void => {
      if (answered) return;
      answered = true;
      reply({ number: entry.number, outcome, reply: bytes });
    };
    const no = (code: RefusalCode, why: string): void =>
      answer(EntryOutcome.ENTRY_OUTCOME_ANSWERED, withHead(encodeResult(refusedResult(refuse(code, why))), 0));
    const room = parseRoomKey(entry.room);
    if (room === undefined) return no('bad-request', 'a room id is 1-64 of A-Z a-z 0-9 _ -');
    const command = decodeCommand(entry.kind, entry.body);
    if (command === undefined) return no('bad-request', 'the command is unknown or malformed');
    const asked = new Asked(entry, command, asker, this.parts.metrics, answer);
    try {
      const held = this.#heldOf(room);
      if (held === undefined) asked.notHolder();
      else held.handle(asked);
    } catch (error) {
      this.parts.logger.error({ event: 'command-failed', room, command: command.$case, cause: causeOf(error) });
      answer(EntryOutcome.ENTRY_OUTCOME_ANSWERED, withHead(encodeResult(unavailableResult('the command failed')), 0));
    }
  }

  async *#ask(asker: string, ask: Ask): AsyncGenerator<Answer> {
    if (ask.$case === 'announce') {
      const held = this.parts.held(ask.value.shard);
      held?.announce(asker, ask.value);
      yield held === undefined ? notHolder(ask.value.shard) : { done: true, answer: { $case: 'announced', value: {} } };
    } else if (ask.$case === 'query') {
      const reply = await new Promise<EntryReply>((resolve) => this.#handle(asker, ask.value, resolve));
      yield { done: true, answer: { $case: 'query', value: reply } };
    } else if (ask.$case === 'findAccount') yield this.#findAccount(ask.value.account);
    else if (ask.$case === 'takeShard') {
      this.parts.take(ask.value.shard);
      yield { done: true, answer: { $case: 'takingShard', value: {} } };
    } else if (ask.$case === 'fill') yield* this.#fill(ask.value);
    else yield* this.#heads(ask.value.rooms);
  }

  /** The rooms of this process in which an account is present. */
  #findAccount(text: string): Answer {
    const account = parseAccountId(text);
    const held = [...this.parts.all()];
    const rooms = account === undefined ? [] : held.flatMap(({ sessions }) => sessions.roomsOf(account));
    return { done: true, answer: { $case: 'accountRooms', value: { rooms, settling: held.some((shard) => shard.settling()) } } };
  }

  async *#fill({ room, after }: Fill): AsyncGenerator<Answer> {
    const id = parseRoomKey(room);
    const held = id && this.#heldOf(id);
    if (id === undefined || held === undefined) {
      yield notHolder(id === undefined ? 0 : shardOf(id, this.parts.shards));
      return;
    }
    for await (const { item, done } of withLast(held.fill(id, after))) yield { done, answer: { $case: 'fill', value: item } };
  }

  async *#heads(rooms: readonly string[]): AsyncGenerator<Answer> {
    const chunks = heads((room) => this.#heldOf(room), rooms);
    for await (const { item, done } of withLast(chunks)) yield { done, answer: { $case: 'heads', value: { heads: item } } };
  }

  #heldOf(room: RoomId): HeldShard | undefined {
    return this.parts.held(shardOf(room, this.parts.shards));
  }
}

const notHolder = (shard: Shard): Answer => ({ done: true, answer: { $case: 'notHolder', value: { shard } } });

/** Tells of each item whether it is the last. */
async function* withLast<T>(items: AsyncIterable<T>): AsyncGenerator<{ item: T; done: boolean }> {
  let waiting: { item: T } | undefined;
  for await (const item of items) {
    if (waiting !== undefined) yield { item: waiting.item, done: false };
    waiting = { item };
  }
  if (waiting !== undefined) yield { item: waiting.item, done: true };
}
