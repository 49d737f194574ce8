import type { AttachedAsker, Live, RoomDoor } from '@plaza/bus';
import { accountsRoom, shardOf, type RoomId } from '@plaza/domain';
import { Direct, Event, Message, Reply, Restriction, Signal } from '@plaza/proto/client';
import {
  Control,
  EntryOutcome,
  type BulkAnswer,
  type BulkAsk,
  type Entry,
  type Removal,
  type ReplyBatch,
  type SessionFacts,
} from '@plaza/proto/room';
import { commandKinds, decodeCommand, encodeBatchFrame, encodeLiveFrame, liveFlags } from '@plaza/protocol';
import { signalFrame } from './frames.js';

type Result = NonNullable<Reply['result']>;

interface ScriptedRoom {
  head: number;
  readonly frames: { prev: number; last: number; bytes: Uint8Array }[];
}

export interface Publishing {
  /** Goes into the room, but the edge does not hear it. */
  readonly lost?: boolean;
  /** Nobody sees the event. */
  readonly hidden?: boolean;
  readonly removal?: Partial<Removal>;
}

/** A holder of all shards whose rooms do what the test says: they know nothing of roles, only of order. */
export class ScriptedRooms implements RoomDoor {
  readonly entries: Entry[] = [];
  readonly asks: NonNullable<BulkAsk['ask']>[] = [];
  readonly announced: SessionFacts[] = [];
  readonly rooms = new Map<string, ScriptedRoom>();
  /** The room's past from before this position is gone. */
  floor = 0;
  /** What holds for accounts in all rooms. */
  restrictions: Restriction[] = [];
  /** Answers instead of the usual ones; undefined: the usual one. */
  answer: (entry: Entry) => Result | undefined = () => undefined;
  #replies: ((batch: ReplyBatch) => void) | undefined;

  constructor(
    private readonly live: Live,
    private readonly shards: number,
  ) {}

  attach(_asker: string, replies: (batch: ReplyBatch) => void): AttachedAsker {
    this.#replies = replies;
    return {
      commands: (entries) => {
        for (const entry of entries) this.#command(entry);
      },
      ask: (ask) => this.#ask(ask),
      detach: () => undefined,
    };
  }

  room(name: string): ScriptedRoom {
    const room = this.rooms.get(name) ?? { head: 1000, frames: [] };
    this.rooms.set(name, room);
    return room;
  }

  /** A message by the platform; its position is 1000, 1010, 1020, ... */
  say(name: string, text: string, { lost = false, hidden = false, removal }: Publishing = {}): number {
    const room = this.room(name);
    const prev = room.head;
    const last = prev + 10;
    const event = Event.fromPartial({
      position: last,
      kind: { $case: 'message', value: { body: { content: { $case: 'text', value: { text } } } } },
    });
    const bytes = encodeLiveFrame({
      ...{ flags: 0, prev, last, epoch: 1, head: last, sequence: last, accounts: 1, connections: 1 },
      control: removal === undefined ? new Uint8Array(0) : Control.encode(Control.fromPartial({ removals: [removal] })).finish(),
      segments: hidden
        ? []
        : [{ audience: '', last, bytes: encodeBatchFrame({ room: name, prev, last, events: [Event.encode(event).finish()] }) }],
    });
    room.head = last;
    room.frames.push({ prev, last, bytes });
    if (!lost) this.live.publish(shardOf(name as RoomId, this.shards), name, bytes);
    return last;
  }

  signal(name: string, signal: Partial<Signal>): void {
    const { head } = this.room(name);
    const accounts = signal.accounts ?? 0;
    const ready = signalFrame(Signal.create({ room: name, head, accounts, atMs: 1, ...signal }));
    const frame = {
      flags: liveFlags.signal,
      prev: head,
      last: head,
      epoch: 1,
      head,
      sequence: 0,
      accounts,
      connections: 0,
      control: new Uint8Array(0),
    };
    this.live.publish(
      shardOf(name as RoomId, this.shards),
      name,
      encodeLiveFrame({ ...frame, segments: [{ audience: '', last: head, bytes: ready }] }),
    );
  }

  end(session: number, code: string): void {
    this.#replies?.({ replies: [], ended: [{ session, code }], deliveries: [] });
  }

  /** A directed message of this account to these sessions. */
  deliver(sessions: number[], account: string, commandId: string): void {
    const message = Message.fromPartial({ account, commandId, body: { content: { $case: 'text', value: { text: commandId } } } });
    const direct = Direct.encode({ room: 'lobby', after: 0, timeMs: 1, message, receivers: [] }).finish();
    this.#replies?.({ replies: [], ended: [], deliveries: [{ sessions, direct, id: `lobby\n${account}\n${commandId}` }] });
  }

  /** What holds for an account in all rooms from now on. */
  restrict(account: string, what: Partial<Restriction>, kicked = false): void {
    const restriction = Restriction.fromPartial({ account, ...what });
    this.restrictions = this.restrictions.filter((one) => one.account !== account);
    if (restriction.muted || restriction.disabled) this.restrictions.push(restriction);
    const room = this.room(accountsRoom);
    const [prev, last] = [room.head, (room.head += 10)];
    const numbers = { flags: 0, prev, last, epoch: 1, head: last, sequence: last, accounts: 0, connections: 0 };
    const control = Control.encode(Control.fromPartial({ restrictions: [restriction], kicked: kicked ? [account] : [] })).finish();
    this.live.publish(shardOf(accountsRoom, this.shards), accountsRoom, encodeLiveFrame({ ...numbers, control, segments: [] }));
  }

  reply(entry: Entry, result: Result): void {
    const reply = Reply.encode({ id: 0, head: this.room(entry.room).head, result }).finish();
    this.#replies?.({
      replies: [{ number: entry.number, outcome: EntryOutcome.ENTRY_OUTCOME_ANSWERED, reply }],
      ended: [],
      deliveries: [],
    });
  }

  #command(entry: Entry): void {
    // The edge keeps its list of accounts by itself; tests are about what clients ask.
    if (entry.room !== accountsRoom) this.entries.push({ ...entry, body: entry.body.slice() });
    this.reply(entry, this.answer(entry) ?? this.#usual(entry));
  }

  #usual(entry: Entry): Result {
    const command = decodeCommand(entry.kind, entry.body);
    if (command === undefined) return { $case: 'refused', value: { code: 'bad-request', why: 'body', retryAfterMs: undefined } };
    if (entry.kind === commandKinds.join)
      return { $case: 'joined', value: { self: undefined, room: undefined, complete: true, completeFrom: 0, recent: [] } };
    if (command.$case === 'listRestrictions') return { $case: 'restrictionPage', value: { restrictions: this.restrictions, next: '' } };
    if (command.$case === 'sendMessage') {
      const content = command.value.body?.content;
      const position = this.say(entry.room, content?.$case === 'text' ? content.value.text : '');
      return { $case: 'accepted', value: { messageId: String(position), position } };
    }
    return { $case: 'done', value: { position: 0, secondsLeft: undefined } };
  }

  async *#ask(ask: NonNullable<BulkAsk['ask']>): AsyncGenerator<Omit<BulkAnswer, 'number'>> {
    this.asks.push(ask);
    if (ask.$case === 'fill') yield { done: true, answer: { $case: 'fill', value: this.#fill(ask.value.room, ask.value.after) } };
    else if (ask.$case === 'heads') {
      const heads = ask.value.rooms.map((room) => ({ room, head: this.room(room).head, epoch: 1, sequence: this.room(room).head }));
      yield { done: true, answer: { $case: 'heads', value: { heads } } };
    } else if (ask.$case === 'announce') {
      this.announced.push(...ask.value.sessions);
      yield { done: true, answer: { $case: 'announced', value: {} } };
    } else if (ask.$case === 'query') {
      const result = { $case: 'memberPage' as const, value: { members: [], next: 'more', settling: false } };
      const reply = Reply.encode({ id: 0, head: this.room(ask.value.room).head, result }).finish();
      yield { done: true, answer: { $case: 'query', value: { number: 0, outcome: EntryOutcome.ENTRY_OUTCOME_ANSWERED, reply } } };
    }
  }

  #fill(name: string, after: number) {
    const { frames, head } = this.room(name);
    const start = Math.max(after, this.floor);
    const newer = frames.filter(({ last }) => last > start);
    return { frames: newer.map(({ bytes }) => bytes), complete: start === after, completeFrom: start === after ? 0 : start, head };
  }
}
