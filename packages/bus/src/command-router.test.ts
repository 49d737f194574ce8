import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BulkAsk } from '@plaza/proto/room';
import { Beat, EntryOutcome, type BulkAnswer, type Entry, SessionFacts, type ReplyBatch } from '@plaza/proto/room';
import { eventually, FakeClock } from '@plaza/testkit';
import { CommandRouter, type CommandOutcome, type RoutedCommand } from './command-router.js';
import type { Peers } from './peers.js';
import { LocalRoomGateway } from './room-gateway.local.js';
import { LinkBroken, type AttachedAsker, type RoomDoor } from './room-gateway.js';
import { ShardTable } from './shard-table.js';

type Mode = 'answer' | 'silent' | 'not-holder';

/** A holder process by script: keeps the entries that it carried out, and answers each with its command id. */
class ScriptedDoor implements RoomDoor {
  mode: Mode = 'answer';
  readonly seen: Entry[] = [];
  readonly done: string[] = [];
  readonly known = new Set<number>();
  knowsAll = true;
  attached = 0;
  asks = 0;
  end: (session: number, code: string) => void = () => undefined;
  deliver: (sessions: number[], text: string) => void = () => undefined;
  carriedOut: (commandId: string) => void = () => undefined;

  attach(_asker: string, replies: (batch: ReplyBatch) => void): AttachedAsker {
    this.attached++;
    this.end = (session, code) => replies({ replies: [], ended: [{ session, code }], deliveries: [] });
    this.deliver = (sessions, text) => replies({ replies: [], ended: [], deliveries: [{ sessions, direct: Buffer.from(text), id: text }] });
    return {
      commands: (entries) => {
        this.seen.push(...entries);
        if (this.mode !== 'silent') replies({ replies: entries.map((entry) => this.#answer(entry)), ended: [], deliveries: [] });
      },
      ask: (ask) => this.#asked(ask),
      detach: () => undefined,
    };
  }

  #answer(entry: Entry): ReplyBatch['replies'][number] {
    const { number, session, facts, commandId } = entry;
    const reply = new Uint8Array(0);
    if (this.mode === 'not-holder') return { number, outcome: EntryOutcome.ENTRY_OUTCOME_NOT_HOLDER, reply };
    if (facts !== undefined) this.known.add(session);
    if (!this.knowsAll && !this.known.has(session)) return { number, outcome: EntryOutcome.ENTRY_OUTCOME_UNKNOWN_SESSION, reply };
    this.done.push(commandId);
    this.carriedOut(commandId);
    return { number, outcome: EntryOutcome.ENTRY_OUTCOME_ANSWERED, reply: Buffer.from(commandId) };
  }

  async *#asked(ask: NonNullable<BulkAsk['ask']>): AsyncGenerator<Omit<BulkAnswer, 'number'>> {
    this.asks++;
    await Promise.resolve();
    if (this.mode === 'not-holder') yield { done: true, answer: { $case: 'notHolder', value: { shard: 0 } } };
    else if (ask.$case === 'heads') yield { done: true, answer: { $case: 'heads', value: { heads: [] } } };
  }
}

class SuspectedPeers implements Peers {
  readonly suspects: string[] = [];
  beat = (): void => undefined;
  onBeat = (): (() => void) => () => undefined;
  onSuspect = (): (() => void) => () => undefined;
  order = (): void => undefined;
  onOrder = (): (() => void) => () => undefined;
  close = (): Promise<void> => Promise.resolve();
  suspect(id: string): void {
    this.suspects.push(id);
  }
}

const factsOf = (session: number): SessionFacts =>
  SessionFacts.fromPartial({ session, room: 'lobby', account: `account-${session}`, enteredMs: 1 });

const heads: NonNullable<BulkAsk['ask']> = { $case: 'heads', value: { rooms: ['lobby'] } };

describe('CommandRouter', () => {
  let clock: FakeClock;
  let table: ShardTable;
  let gateway: LocalRoomGateway;
  let peers: SuspectedPeers;
  let router: CommandRouter;
  let ended: string[];
  let outcomes: { id: string; text: string }[];
  let atMs: number;
  let gone: Set<number>;

  beforeEach(() => {
    clock = new FakeClock();
    table = new ShardTable();
    gateway = new LocalRoomGateway();
    peers = new SuspectedPeers();
    [ended, outcomes, atMs, gone] = [[], [], 0, new Set()];
    router = new CommandRouter({
      shards: 1,
      table,
      gateway,
      peers,
      asker: 'edge-1',
      clock,
      factsOf: (session) => (gone.has(session) ? undefined : factsOf(session)),
      onEnded: (session, code) => ended.push(`${session} ${code}`),
      onDelivery: ({ sessions, direct }) => ended.push(`${sessions.join()} ${Buffer.from(direct).toString()}`),
      limits: { unansweredPerShard: 1000 },
    });
  });
  afterEach(() => router.close());

  const serve = (id: string): ScriptedDoor => {
    const door = new ScriptedDoor();
    gateway.serve(id, door);
    return door;
  };
  const holds = (id: string, epoch: number | undefined): void => {
    const shards = epoch === undefined ? [] : [{ shard: 0, epoch }];
    table.apply(Beat.fromPartial({ kind: 'room-state', id, address: id, atMs: ++atMs, shards }), clock.now());
  };
  const note = (id: string) => (outcome: CommandOutcome) =>
    outcomes.push({ id, text: 'reply' in outcome ? Buffer.from(outcome.reply).toString() : 'unavailable' });
  const submit = (id: string, more: Partial<RoutedCommand> = {}): void =>
    router.submitTo({ room: 'lobby', session: 1, kind: 18, body: Buffer.from(id), commandId: id, ...more }, note(id));
  const submitMany = (from: number, to: number): string[] => {
    const ids = Array.from({ length: to - from + 1 }, (_, i) => `c${from + i}`);
    for (const id of ids) submit(id);
    return ids;
  };
  /** Every one of `ids` was answered exactly once, with its own reply. */
  const expectAnswered = async (ids: string[]): Promise<void> => {
    await eventually(async () => expect(outcomes.length).toBeGreaterThanOrEqual(ids.length));
    await clock.pass(0);
    expect(outcomes.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const { id, text } of outcomes) expect(text).toBe(id);
    expect(router.unanswered).toBe(0);
  };

  test('a command goes to the holder of its shard and its reply comes back', async () => {
    const a = serve('a');
    holds('a', 10);
    const outcome = await router.submit({
      room: 'lobby',
      session: 0,
      kind: 48,
      body: Buffer.from('x'),
      commandId: 'c1',
      operator: 'op',
      asAccount: 'as',
    });
    expect(outcome).toEqual({ reply: Buffer.from('c1') });
    expect(a.seen[0]).toMatchObject({
      room: 'lobby',
      session: 0,
      kind: 48,
      operator: 'op',
      asAccount: 'as',
      facts: undefined,
      disconnected: false,
    });
  });

  test('commands wait, in order, while nobody holds the shard', async () => {
    const ids = submitMany(1, 5);
    await clock.pass(3000);
    expect(outcomes).toEqual([]);
    const a = serve('a');
    holds('a', 10);
    await expectAnswered(ids);
    expect(a.done).toEqual(ids);
  });

  test('a broken link: all unanswered again, in order, before newer ones, and the holder is suspected', async () => {
    const a = serve('a');
    holds('a', 10);
    const first = submitMany(1, 3);
    await eventually(async () => expect(outcomes).toHaveLength(3));
    a.mode = 'silent';
    const lost = submitMany(4, 8);
    await eventually(async () => expect(a.seen).toHaveLength(8));
    gateway.breakLinks('a');
    await eventually(async () => expect(peers.suspects).toEqual(['a']));
    const newer = submitMany(9, 10);
    const b = serve('b');
    holds('b', 20);
    await expectAnswered([...first, ...lost, ...newer]);
    expect(b.done).toEqual([...lost, ...newer]);
  });

  test('a broken link to a holder that stays is opened again by itself', async () => {
    const a = serve('a');
    holds('a', 10);
    a.mode = 'silent';
    const ids = submitMany(1, 3);
    await eventually(async () => expect(a.seen).toHaveLength(3));
    a.mode = 'answer';
    gateway.breakLinks('a');
    await eventually(async () => expect(peers.suspects).toHaveLength(1));
    await clock.pass(100);
    await expectAnswered(ids);
    expect(a.attached).toBe(2);
    expect(a.done).toEqual(ids);
  });

  test('an address that refuses is tried again in growing pauses, not in a loop', async () => {
    holds('a', 10);
    submit('c1');
    for (let i = 0; i < 100; i++) await clock.pass(100);
    expect(peers.suspects.length).toBeGreaterThan(5);
    expect(peers.suspects.length).toBeLessThan(20);
    const a = serve('a');
    await clock.pass(1000);
    await expectAnswered(['c1']);
    expect(a.done).toEqual(['c1']);
  });

  test('NOT_HOLDER: the same commands, in order, to the holder that the table names then', async () => {
    const a = serve('a');
    const b = serve('b');
    holds('a', 10);
    a.mode = 'not-holder';
    const ids = submitMany(1, 3);
    await eventually(async () => expect(a.seen.length).toBeGreaterThanOrEqual(3));
    await clock.pass(0);
    const newer = submitMany(4, 5);
    holds('b', 20);
    await expectAnswered([...ids, ...newer]);
    expect(b.done).toEqual([...ids, ...newer]);
    expect(peers.suspects).toEqual([]);
  });

  test('NOT_HOLDER without news: the same holder is asked again after a pause', async () => {
    const a = serve('a');
    holds('a', 10);
    a.mode = 'not-holder';
    const ids = submitMany(1, 2);
    await eventually(async () => expect(a.seen).toHaveLength(2));
    await clock.pass(0);
    a.mode = 'answer';
    await clock.pass(60);
    await expectAnswered(ids);
    expect(a.done).toEqual(ids);
  });

  test('a new claim of the same holder sends the unanswered again, with facts', async () => {
    const a = serve('a');
    holds('a', 10);
    a.mode = 'silent';
    submit('c1');
    await eventually(async () => expect(a.seen).toHaveLength(1));
    a.mode = 'answer';
    holds('a', 30);
    await expectAnswered(['c1']);
    expect(a.seen.map(({ facts }) => facts?.account)).toEqual(['account-1', 'account-1']);
  });

  test('a released shard: new commands wait, what was sent may still be answered', async () => {
    const a = serve('a');
    const b = serve('b');
    holds('a', 10);
    submit('c1');
    await eventually(async () => expect(outcomes).toHaveLength(1));
    holds('a', undefined);
    submit('c2');
    await clock.pass(500);
    expect(a.done).toEqual(['c1']);
    holds('b', 20);
    await expectAnswered(['c1', 'c2']);
    expect(b.done).toEqual(['c2']);
  });

  test('a reply of a former holder to what has gone to the new one is not a second answer', async () => {
    const a = serve('a');
    const b = serve('b');
    b.mode = 'silent';
    holds('a', 10);
    submit('c1');
    holds('b', 20);
    await eventually(async () => expect(b.seen).toHaveLength(1));
    await clock.pass(0);
    expect(outcomes).toEqual([]);
    expect(a.done.length).toBeLessThanOrEqual(1);
    b.mode = 'answer';
    holds('b', 30);
    await expectAnswered(['c1']);
  });

  test.each([1, 2, 3, 4, 5])('nothing is lost, answered twice or carried out of order over many takeovers (%i)', async (seed) => {
    const random = randomFrom(seed);
    const names = ['a', 'b', 'c'];
    const log: string[] = [];
    const doors = names.map((name) => {
      const door = serve(name);
      // As the log does it: only the first of two equal command ids counts.
      door.carriedOut = (id) => {
        if (!log.includes(id)) log.push(id);
      };
      door.mode = 'not-holder';
      return door;
    });
    let [holder, epoch] = [0, 0];
    const ids: string[] = [];
    for (let round = 0; round < 80; round++) {
      ids.push(...submitMany(ids.length + 1, ids.length + random(8)));
      const fate = random(5);
      if (fate <= 2) {
        doors[holder]!.mode = 'not-holder';
        if (fate === 2) holds(names[holder]!, undefined);
        holder = (holder + 1 + random(2)) % 3;
        doors[holder]!.mode = random(3) === 0 ? 'silent' : 'answer';
        holds(names[holder]!, (epoch += 10));
      } else if (fate === 3) {
        gateway.breakLinks(names[holder]);
        if (random(2) === 0) await clock.pass(0);
      }
      ids.push(...submitMany(ids.length + 1, ids.length + random(8)));
      await clock.pass(random(40));
    }
    for (const door of doors) door.mode = 'not-holder';
    doors[0]!.mode = 'answer';
    holds('a', epoch + 10);
    await clock.pass(1500);
    await expectAnswered(ids);
    expect(log).toEqual(ids);
  });

  test('who gets no answer in time is told so, and a late reply is not a second one', async () => {
    const a = serve('a');
    holds('a', 10);
    a.mode = 'silent';
    submit('c1');
    await clock.pass(10_000);
    submit('c2');
    await clock.pass(5200);
    expect(outcomes).toEqual([{ id: 'c1', text: 'unavailable' }]);
    await clock.pass(10_000);
    expect(outcomes.map(({ text }) => text)).toEqual(['unavailable', 'unavailable']);
    a.mode = 'answer';
    holds('a', 20);
    await clock.pass(1000);
    expect(outcomes).toHaveLength(2);
    expect(router.unanswered).toBe(0);
  });

  test('a shard with too much unanswered takes no more', async () => {
    submitMany(1, 1000);
    expect(outcomes).toEqual([]);
    expect(await router.submit({ room: 'lobby', session: 1, kind: 18, body: new Uint8Array(0), commandId: 'x' })).toMatchObject({
      unavailable: 1000,
    });
    expect(router.unanswered).toBe(1000);
  });

  describe('facts of sessions', () => {
    test('go with the first command of each session to a holder, and not with the next', async () => {
      const a = serve('a');
      holds('a', 10);
      submit('c1', { session: 1 });
      submit('c2', { session: 2 });
      submit('c3', { session: 1 });
      await expectAnswered(['c1', 'c2', 'c3']);
      expect(a.seen.map(({ facts }) => facts?.session)).toEqual([1, 2, undefined]);
    });

    test('do not go where the sessions of the shard were announced, until its epoch changes', async () => {
      const a = serve('a');
      holds('a', 10);
      router.markAnnounced(0, 10);
      submit('c1');
      await expectAnswered(['c1']);
      holds('a', 20);
      router.markAnnounced(0, 10);
      submit('c2');
      await expectAnswered(['c1', 'c2']);
      expect(a.seen.map(({ facts }) => facts?.session)).toEqual([undefined, 1]);
    });

    test('are not remembered as told longer than the session is there', async () => {
      const a = serve('a');
      holds('a', 10);
      submit('c1');
      await expectAnswered(['c1']);
      gone.add(1);
      submit('c2', { disconnected: true });
      await expectAnswered(['c1', 'c2']);
      gone.delete(1);
      submit('c3');
      await expectAnswered(['c1', 'c2', 'c3']);
      expect(a.seen.map(({ facts }) => facts?.session)).toEqual([1, undefined, 1]);
    });

    test('that come with a command always go', async () => {
      const a = serve('a');
      holds('a', 10);
      router.markAnnounced(0, 10);
      submit('c1', { kind: 16, facts: { ...factsOf(1), nickname: 'Ann' } });
      await expectAnswered(['c1']);
      expect(a.seen[0]?.facts?.nickname).toBe('Ann');
    });

    test('are sent when the holder does not know the session, in the order of its commands', async () => {
      const a = serve('a');
      a.knowsAll = false;
      holds('a', 10);
      router.markAnnounced(0, 10);
      const ids = submitMany(1, 4);
      await expectAnswered(ids);
      expect(a.done).toEqual(ids);
    });

    test('of a session that has gone are not invented: its command is over', async () => {
      const a = serve('a');
      a.knowsAll = false;
      gone.add(1);
      holds('a', 10);
      submit('c1');
      await eventually(async () => expect(outcomes).toEqual([{ id: 'c1', text: 'unavailable' }]));
      expect(a.done).toEqual([]);
    });
  });

  test('sessions that the holder ends are told', async () => {
    const a = serve('a');
    holds('a', 10);
    submit('c1');
    await expectAnswered(['c1']);
    a.end(7, 'replaced');
    await eventually(async () => expect(ended).toEqual(['7 replaced']));
  });

  test('directed messages for sessions are passed on', async () => {
    const a = serve('a');
    holds('a', 10);
    submit('c1');
    await expectAnswered(['c1']);
    a.deliver([1, 7], 'psst');
    await eventually(async () => expect(ended).toEqual(['1,7 psst']));
  });

  test('each opening of a link is told', async () => {
    const opened: string[] = [];
    router.onLink(({ id }) => opened.push(id));
    serve('a');
    holds('a', 10);
    await eventually(async () => expect(opened).toEqual(['a']));
    gateway.breakLinks('a');
    await eventually(async () => expect(peers.suspects).toHaveLength(1));
    await clock.pass(100);
    expect(opened).toEqual(['a', 'a']);
  });

  describe('asks', () => {
    const read = async (signal: AbortSignal): Promise<BulkAnswer[]> => {
      const answers: BulkAnswer[] = [];
      for await (const answer of router.ask(0, heads, signal)) answers.push(answer);
      return answers;
    };

    test('wait for a holder, and go on from NOT_HOLDER to the next', async () => {
      const asked = read(new AbortController().signal);
      const a = serve('a');
      a.mode = 'not-holder';
      holds('a', 10);
      await clock.pass(60);
      await eventually(async () => expect(a.asks).toBe(1));
      serve('b');
      holds('b', 20);
      const answers = await asked;
      expect(answers.map(({ answer }) => answer?.$case)).toEqual(['heads']);
    });

    test('go to one process by its address, whatever it holds', async () => {
      serve('c');
      const answers: BulkAnswer[] = [];
      for await (const answer of router.askProcess({ id: 'c', address: 'c' }, heads, new AbortController().signal)) answers.push(answer);
      expect(answers.map(({ answer }) => answer?.$case)).toEqual(['heads']);
      const nowhere = async () => {
        for await (const _ of router.askProcess({ id: 'd', address: 'd' }, heads, new AbortController().signal));
      };
      await expect(nowhere()).rejects.toThrow(LinkBroken);
    });

    test('end with LinkBroken when the asker has no more patience', async () => {
      const patience = new AbortController();
      const asked = read(patience.signal);
      const outcome = expect(asked).rejects.toThrow(LinkBroken);
      await clock.pass(200);
      patience.abort();
      await outcome;
    });
  });

  test('closing answers everything that waits and leaves no timer', async () => {
    submitMany(1, 2);
    holds('nobody', 10);
    await clock.pass(500);
    router.close();
    expect(outcomes.map(({ text }) => text)).toEqual(['unavailable', 'unavailable']);
    submit('c3');
    expect(outcomes).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });
});

/** Whole numbers below `below`, the same ones for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
