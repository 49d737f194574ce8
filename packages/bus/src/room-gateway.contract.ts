import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BulkAnswer, BulkAsk, EntryReply } from '@plaza/proto/room';
import { Entry, EntryOutcome, SessionFacts, type ReplyBatch } from '@plaza/proto/room';
import { eventually } from '@plaza/testkit';
import { LinkBroken, type AttachedAsker, type RoomDoor, type RoomGateway, type RoomLink } from './room-gateway.js';

/** A served door at an address, for the suite. */
export interface GatewayUnderTest {
  readonly gateway: RoomGateway;
  /** Where nobody listens. */
  readonly nowhere: string;
  serve(door: RoomDoor): Promise<{ address: string; close(): Promise<void> }>;
}

type Answers = (ask: NonNullable<BulkAsk['ask']>, signal: AbortSignal) => AsyncIterable<Omit<BulkAnswer, 'number'>>;

/** Answers each entry with its own body, and keeps what it saw. */
class EchoDoor implements RoomDoor {
  readonly askers: string[] = [];
  readonly batches: Entry[][] = [];
  detached = 0;
  silent = false;
  send: (batch: ReplyBatch) => void = () => undefined;

  constructor(private readonly answers: Answers = pages) {}

  attach(asker: string, replies: (batch: ReplyBatch) => void): AttachedAsker {
    this.askers.push(asker);
    this.send = replies;
    return {
      commands: (entries) => {
        this.batches.push(entries);
        if (!this.silent) replies({ replies: entries.map(({ number, body }) => answered(number, body)), ended: [], deliveries: [] });
      },
      ask: this.answers,
      detach: () => {
        this.detached++;
      },
    };
  }

  get entries(): Entry[] {
    return this.batches.flat();
  }
}

const answered = (number: number, reply: Uint8Array): EntryReply => ({ number, outcome: EntryOutcome.ENTRY_OUTCOME_ANSWERED, reply });
const entry = (number: number, body: Uint8Array = new Uint8Array(0)): Entry =>
  Entry.fromPartial({ number, room: 'lobby', session: 7, kind: 18, body });
const fill = (room: string): NonNullable<BulkAsk['ask']> => ({ $case: 'fill', value: { room, after: 5 } });
const never = new AbortController().signal;

/** Three chunks, each naming the room of the ask. */
async function* pages(ask: NonNullable<BulkAsk['ask']>): AsyncGenerator<Omit<BulkAnswer, 'number'>> {
  for (let page = 1; page <= 3; page++) {
    await Promise.resolve();
    const frames = [Buffer.from(`${ask.$case === 'fill' ? ask.value.room : '?'}/${page}`)];
    yield { done: page === 3, answer: { $case: 'fill', value: { frames, complete: true, completeFrom: 0, head: page } } };
  }
}

async function read(answers: AsyncIterable<BulkAnswer>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { answer } of answers)
    if (answer?.$case === 'fill') for (const frame of answer.value.frames) texts.push(Buffer.from(frame).toString());
  return texts;
}

/** Waits for the signal, then goes on waiting: a holder that hangs. */
const hang: Answers = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) });

export function roomGatewayContract(name: string, make: () => GatewayUnderTest): void {
  describe(`RoomGateway: ${name}`, () => {
    let under: GatewayUnderTest;
    let door: EchoDoor;
    let served: { address: string; close(): Promise<void> };
    let link: RoomLink;
    let replies: EntryReply[];
    let ended: string[];
    let delivered: string[];
    let broken: string[];

    const openAt = (address: string): RoomLink =>
      under.gateway.open(address, 'edge-1', {
        replies: (batch) => {
          replies.push(...batch.replies);
          ended.push(...batch.ended.map(({ session, code }) => `${session} ${code}`));
          delivered.push(...batch.deliveries.map(({ sessions, direct }) => `${sessions.join()} ${Buffer.from(direct).toString()}`));
        },
        broken: (cause) => broken.push(cause),
      });

    const start = async (with_: EchoDoor): Promise<void> => {
      door = with_;
      served = await under.serve(door);
      link = openAt(served.address);
    };

    beforeEach(() => {
      under = make();
      [replies, ended, delivered, broken] = [[], [], [], []];
    });
    afterEach(async () => {
      link.close();
      await served.close();
    });

    test('entries arrive once, whole and in order, and each reply comes back', async () => {
      await start(new EchoDoor());
      const facts = SessionFacts.fromPartial({
        session: 7,
        room: 'lobby',
        account: 'ann',
        anonymous: false,
        deviceId: 'd',
        deviceKind: 'web',
        nickname: 'Ann',
        avatar: '',
        ext: '',
        enteredMs: 12,
        tags: ['vip'],
      });
      link.send([{ ...entry(1, Buffer.from('one')), facts, commandId: 'c1', operator: 'op', asAccount: 'as', disconnected: true }]);
      for (let n = 2; n <= 500; n++) link.send([entry(n, Buffer.from(String(n)))]);
      await eventually(async () => expect(replies).toHaveLength(500));
      expect(replies.map(({ number }) => number)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
      expect(door.entries[0]).toMatchObject({ facts, commandId: 'c1', operator: 'op', asAccount: 'as', disconnected: true, kind: 18 });
      expect(Buffer.from(replies[499]!.reply).toString()).toBe('500');
      expect(door.askers).toEqual(['edge-1']);
      expect(broken).toEqual([]);
    });

    test('entries that are sent together share a batch', async () => {
      await start(new EchoDoor());
      for (let n = 1; n <= 1000; n++) link.send([entry(n)]);
      await eventually(async () => expect(replies).toHaveLength(1000));
      expect(door.batches.length).toBeLessThan(20);
    });

    test('a batch larger than a message of the transport arrives whole', async () => {
      await start(new EchoDoor());
      const body = new Uint8Array(16_000).fill(65);
      link.send(Array.from({ length: 500 }, (_, i) => entry(i + 1, body)));
      // Not toHaveLength: each look in vain would print 8 MB.
      await eventually(async () => expect(replies.length).toBe(500));
      expect(door.entries.map(({ number }) => number)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
      expect(replies.every(({ reply }) => reply.length === 16_000)).toBe(true);
    });

    test('ended sessions and deliveries come without being asked for, those in their order', async () => {
      await start(new EchoDoor());
      link.send([entry(1)]);
      await eventually(async () => expect(replies).toHaveLength(1));
      const direct = (text: string) => ({ sessions: [7, 9], direct: Buffer.from(text), id: text });
      door.send({ replies: [], ended: [{ session: 9, code: 'replaced' }], deliveries: [direct('one')] });
      door.send({ replies: [], ended: [], deliveries: [direct('two'), direct('three')] });
      await eventually(async () => expect(ended).toEqual(['9 replaced']));
      await eventually(async () => expect(delivered).toEqual(['7,9 one', '7,9 two', '7,9 three']));
    });

    test('the door never calls back inside send', async () => {
      await start(new EchoDoor());
      link.send([entry(1)]);
      expect(replies).toHaveLength(0);
      await eventually(async () => expect(replies).toHaveLength(1));
    });

    test('several asks are under way at once, each with its own answers in order', async () => {
      await start(new EchoDoor());
      const all = await Promise.all(['a', 'b', 'c'].map((room) => read(link.ask(fill(room), never))));
      expect(all).toEqual([
        ['a/1', 'a/2', 'a/3'],
        ['b/1', 'b/2', 'b/3'],
        ['c/1', 'c/2', 'c/3'],
      ]);
    });

    test('long answers of many asks come whole, and nothing stays behind of having waited for the reader', async () => {
      const signals = new Set<AbortSignal>();
      await start(
        new EchoDoor(async function* (_, signal) {
          signals.add(signal);
          const frames = [Buffer.alloc(64 * 1024, 'x')];
          for (let page = 1; page <= 20; page++) {
            await Promise.resolve();
            yield { done: page === 20, answer: { $case: 'fill', value: { frames, complete: true, completeFrom: 0, head: page } } };
          }
        }),
      );
      const all = await Promise.all(Array.from({ length: 30 }, (_, i) => read(link.ask(fill(`r${i}`), never))));
      expect(all.map((texts) => texts.length)).toEqual(all.map(() => 20));
      const listening = (): number[] => [...signals].map((signal) => getEventListeners(signal, 'abort').length);
      await eventually(() => expect(Math.max(...listening())).toBe(0));
    });

    test('an ask that hangs does not stand in front of commands, and ends by its signal', async () => {
      await start(new EchoDoor(hang));
      const patience = new AbortController();
      const asked = read(link.ask(fill('a'), patience.signal));
      link.send([entry(1)]);
      await eventually(async () => expect(replies).toHaveLength(1));
      patience.abort();
      await expect(asked).rejects.toThrow(LinkBroken);
      expect(broken).toEqual([]);
    });

    test('an ask with a signal that has ended already fails', async () => {
      await start(new EchoDoor());
      await expect(read(link.ask(fill('a'), AbortSignal.abort()))).rejects.toThrow(LinkBroken);
    });

    test('an ask that fails at the holder fails alone', async () => {
      await start(
        new EchoDoor((ask) => {
          if (ask.$case === 'fill' && ask.value.room === 'bad') return failing();
          return pages(ask);
        }),
      );
      await expect(read(link.ask(fill('bad'), never))).rejects.toThrow(LinkBroken);
      expect(await read(link.ask(fill('good'), never))).toHaveLength(3);
      expect(broken).toEqual([]);
    });

    test('the end of the holder breaks the link once, with all asks, and detaches the asker', async () => {
      await start(new EchoDoor(hang));
      door.silent = true;
      link.send([entry(1)]);
      await eventually(async () => expect(door.entries).toHaveLength(1));
      const asked = read(link.ask(fill('a'), never));
      const outcome = expect(asked).rejects.toThrow(LinkBroken);
      await served.close();
      await outcome;
      await eventually(async () => expect(broken).toHaveLength(1));
      expect(door.detached).toBe(1);
      expect(replies).toHaveLength(0);
      link.send([entry(2)]);
      await expect(read(link.ask(fill('a'), never))).rejects.toThrow(LinkBroken);
      expect(broken).toHaveLength(1);
    });

    test('an address where nobody listens breaks the link', async () => {
      await start(new EchoDoor());
      const other = openAt(under.nowhere);
      other.send([entry(1)]);
      await eventually(async () => expect(broken).toHaveLength(1));
      other.close();
    });

    test('a closed link has sent what it was given, detaches the asker, and is not told as broken', async () => {
      await start(new EchoDoor());
      link.send([entry(1)]);
      await eventually(async () => expect(replies).toHaveLength(1));
      link.send([entry(2)]);
      link.close();
      await eventually(async () => expect(door.detached).toBe(1));
      expect(door.entries.map(({ number }) => number)).toEqual([1, 2]);
      expect(broken).toEqual([]);
    });

    test('a door may be attached by many links of one asker, each with its own numbers', async () => {
      await start(new EchoDoor());
      const second: number[] = [];
      const other = under.gateway.open(served.address, 'edge-1', {
        replies: (batch) => second.push(...batch.replies.map(({ number }) => number)),
        broken: (cause) => broken.push(cause),
      });
      other.send([entry(1), entry(2)]);
      link.send([entry(1)]);
      await eventually(async () => expect([second.length, replies.length]).toEqual([2, 1]));
      other.close();
      await eventually(async () => expect(door.detached).toBe(1));
      link.send([entry(2)]);
      await eventually(async () => expect(replies).toHaveLength(2));
    });
  });
}

/** A door that fails before its first answer. */
async function* failing(): AsyncGenerator<Omit<BulkAnswer, 'number'>> {
  await Promise.resolve();
  throw new Error('no');
}
