import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { rotated } from './endpoint.js';
import { defaultRetry } from './retry.js';
import { signaturesOf } from './signature.js';
import { answer, Bench, firsts, roomOf, size, upTo, type Seen } from '../../test/webhooks-bench.js';

const hourMs = 3_600_000;
let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.stop());

/** Until the check holds, while time passes by `stepMs`. */
const eventuallyPassing = (check: () => void | Promise<void>, stepMs = 300): Promise<void> =>
  eventually(
    async () => {
      await bench.pass(stepMs);
      await check();
    },
    { timeoutMs: 20_000, everyMs: 1 },
  );

describe('deliveries', () => {
  test('are of the chosen kinds and rooms, in the order of the room, signed', async () => {
    const secret = await bench.endpoint('wh_1', { kinds: ['message'], roomPrefix: 'room-' });
    await bench.endpoint('wh_2', { kinds: ['muted'], rooms: ['lobby'] });
    bench.process();
    bench.say('room-1', 1, 2);
    bench.happen('lobby', [
      { number: 1, kind: { $case: 'muted', value: {} } },
      { number: 2, kind: { $case: 'unmuted', value: {} } },
      { number: 3, kind: { $case: 'away', value: { away: ['ann'], back: [] } } },
    ]);
    bench.say('room-1', 3);
    await eventuallyPassing(() => {
      expect(bench.taken('wh_1', 'room-1')).toEqual([1, 2, 3]);
      expect(bench.taken('wh_2', 'lobby')).toEqual([1]);
    });
    expect(bench.taken('wh_1', 'lobby')).toEqual([]);
    const [first] = bench.seen.filter(({ endpoint }) => endpoint === 'wh_1');
    expect(first?.headers['plaza-signature']).toBe(signaturesOf([secret], first!.body, first!.atMs));
    expect(first?.headers).toMatchObject({ 'plaza-endpoint': 'wh_1', 'plaza-room': 'room-1', 'plaza-attempt': '1' });
  });

  test('are also of what members are not told, and say so; a room’s book-keeping is none', async () => {
    await bench.endpoint('wh_1', { kinds: ['muted', 'room-created'] });
    bench.process();
    bench.happen('lobby', [
      {
        number: 1,
        kind: { $case: 'roomCreated', value: { creator: 'ann', profile: undefined, settings: undefined, close: undefined } },
        isHidden: true,
      },
      { number: 2, kind: { $case: 'away', value: { away: ['ann'], back: [] } }, isHidden: true },
      { number: 3, kind: { $case: 'muted', value: {} }, isHidden: true },
      { number: 4, kind: { $case: 'muted', value: {} } },
    ]);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'lobby')).toEqual([1, 3, 4]));
    const told = bench.seen.flatMap(({ body }) => (JSON.parse(body) as { events: { kind: string; hidden?: boolean }[] }).events);
    expect(told.map(({ kind, hidden }) => [kind, hidden])).toEqual([
      ['room-created', true],
      ['muted', true],
      ['muted', undefined],
    ]);
  });

  test('begin with the making of the endpoint: what was long before is not delivered', async () => {
    bench.process();
    bench.say('room-1', 1);
    await bench.pass(hourMs);
    await bench.endpoint('wh_1');
    bench.say('room-1', hourMs * 1024);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([hourMs * 1024]));
  });

  test('whatever fails, every room gets everything, in its order', async () => {
    await bench.endpoint('wh_1');
    let random = 7;
    bench.respond = () => {
      random = (random * 16_807) % 2_147_483_647;
      return random % 3 === 0 ? answer(200) : answer(500);
    };
    bench.process();
    for (let number = 1; number <= 40; number++) for (let room = 0; room < 12; room++) bench.say(roomOf(room), number);
    await eventuallyPassing(() => {
      for (let room = 0; room < 12; room++) expect(bench.taken('wh_1', roomOf(room))).toEqual(upTo(40));
    }, 60_000);
  });

  test('that fail block their room only, and are tried again later and later', async () => {
    await bench.endpoint('wh_1');
    bench.respond = ({ room }) => (room === 'poison' ? answer(500) : answer(200));
    bench.process();
    bench.say('poison', 1);
    bench.say('room-1', 1);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([1]));
    await bench.pass(30_000);
    bench.say('poison', 2);
    bench.say('room-1', 2);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([1, 2]));
    const tries = bench.seen.filter(({ room }) => room === 'poison');
    expect(tries.map(({ attempt }) => attempt)).toEqual(upTo(tries.length));
    const waits = tries.slice(1).map(({ atMs }, i) => atMs - tries[i]!.atMs);
    waits.forEach((ms, i) => {
      expect(ms).toBeGreaterThanOrEqual(750 * 2 ** i);
      expect(ms).toBeLessThan(750 * 2 ** i + 1500);
    });
    expect(waits.length).toBeGreaterThan(3);
    bench.respond = () => answer(200);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'poison')).toEqual([1, 2]));
  });

  test('to one endpoint that does not answer delay no other, nor the reader; what it missed it gets from the log, in order', async () => {
    await bench.endpoint('wh_slow');
    await bench.endpoint('wh_fast');
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    bench.respond = async ({ endpoint }) => {
      if (endpoint === 'wh_slow') await released;
      return answer(200);
    };
    bench.process();
    for (let number = 1; number <= 1200; number++) bench.say(roomOf(number % 6), number);
    const of = (room: number): number[] => upTo(1200).filter((number) => number % 6 === room);
    await eventuallyPassing(() => {
      for (let room = 0; room < 6; room++) expect(bench.taken('wh_fast', roomOf(room))).toEqual(of(room));
    });
    await eventuallyPassing(async () => expect((await bench.deliveries.feeds('wh_slow')).get(0)?.through).toBe(0));
    expect(bench.seen.filter(({ endpoint }) => endpoint === 'wh_slow').length).toBeLessThanOrEqual(4);
    release();
    await eventuallyPassing(() => {
      for (let room = 0; room < 6; room++) expect(bench.taken('wh_slow', roomOf(room))).toEqual(of(room));
    });
    bench.say('room-1', 1201);
    await eventuallyPassing(() => expect(bench.taken('wh_slow', 'room-1').at(-1)).toBe(1201));
  });

  test('are there at least once and in order when a process goes without a word and another takes over', async () => {
    await bench.endpoint('wh_1');
    let refused = 0;
    bench.respond = ({ room }) => (room === 'room-2' && refused++ < 6 ? answer(503) : answer(200));
    const first = bench.process();
    for (let number = 1; number <= 60; number++) bench.say(roomOf(number % 3), number);
    await bench.pass(900);
    // Killed: it keeps nothing any more, and what it sends is sent.
    const { keepFeed, movePlace } = bench.deliveries;
    bench.deliveries.keepFeed = bench.deliveries.movePlace = async () => undefined;
    void first.stop();
    await bench.pass(10);
    Object.assign(bench.deliveries, { keepFeed, movePlace });
    for (let number = 61; number <= 90; number++) bench.say(roomOf(number % 3), number);
    bench.process();
    await eventuallyPassing(() => {
      for (let room = 0; room < 3; room++)
        expect(firsts(bench.taken('wh_1', roomOf(room)))).toEqual(upTo(90).filter((number) => number % 3 === room));
    }, 3000);
  });

  test('go on where they were after a stop in order, and when streams move between processes', async () => {
    await bench.endpoint('wh_1');
    const one = bench.process();
    for (let number = 1; number <= 20; number++) bench.say(roomOf(number % 4), number);
    await eventuallyPassing(() => expect(bench.seen.flatMap(({ numbers }) => numbers)).toHaveLength(20));
    await one.stop();
    const [two, three] = [bench.process([0, 1]), bench.process([])];
    for (let number = 21; number <= 40; number++) bench.say(roomOf(number % 4), number);
    await eventuallyPassing(() => expect(bench.seen.flatMap(({ numbers }) => numbers)).toHaveLength(40));
    two.assign([0]);
    await bench.pass(1500);
    three.assign([1]);
    for (let number = 41; number <= 60; number++) bench.say(roomOf(number % 4), number);
    await eventuallyPassing(() => {
      for (let room = 0; room < 4; room++)
        expect(firsts(bench.taken('wh_1', roomOf(room)))).toEqual(upTo(60).filter((number) => number % 4 === room));
    });
    expect(bench.seen.flatMap(({ numbers }) => numbers).length).toBe(60);
  });

  test('go on when the store loses everything: this process gives it back', async () => {
    await bench.endpoint('wh_1');
    await bench.endpoint('wh_off', { enabled: false });
    const one = bench.process();
    for (let number = 1; number <= 8; number++) bench.say(roomOf(number % 4), number);
    await eventuallyPassing(() => expect(bench.seen.flatMap(({ numbers }) => numbers)).toHaveLength(8));
    bench.deliveries.lose();
    for (let number = 9; number <= 16; number++) bench.say(roomOf(number % 4), number);
    await eventuallyPassing(() => expect(bench.seen.flatMap(({ numbers }) => numbers)).toHaveLength(16));
    await eventuallyPassing(async () => expect((await bench.deliveries.endpoints()).map(({ id }) => id)).toEqual(['wh_1', 'wh_off']));
    await one.stop();
    bench.process();
    for (let number = 17; number <= 20; number++) bench.say(roomOf(number % 4), number);
    await eventuallyPassing(() => expect(bench.seen.flatMap(({ numbers }) => numbers)).toHaveLength(20));
  });

  test('and a webhook that was taken away stays away', async () => {
    await bench.endpoint('wh_1');
    bench.process();
    await bench.pass(2000);
    await bench.deliveries.remove('wh_1');
    await bench.pass(5000);
    expect(await bench.deliveries.endpoints()).toEqual([]);
  });

  test('carry both signatures while a secret is replaced', async () => {
    const old = await bench.endpoint('wh_1');
    const before = (await bench.deliveries.endpoint('wh_1'))!;
    const secrets = rotated(before.secrets, bench.sealer.seal('whsec_new', 'wh_1'), bench.clock.now(), hourMs)!;
    bench.process();
    bench.say('room-1', 1);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([1]));
    await bench.deliveries.put({ ...before, secrets, revision: 2 });
    await bench.pass(1500);
    bench.say('room-1', 2);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([1, 2]));
    await bench.pass(hourMs);
    bench.say('room-1', 3);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([1, 2, 3]));
    const signed = bench.seen.map(({ body, atMs }, i) => signaturesOf([[old], ['whsec_new', old], ['whsec_new']][i]!, body, atMs));
    expect(bench.seen.map(({ headers }) => headers['plaza-signature'])).toEqual(signed);
  });

  test('end with an answer 410: the webhook is switched off', async () => {
    await bench.endpoint('wh_1');
    bench.respond = () => answer(410);
    bench.process();
    bench.say('room-1', 1);
    await eventuallyPassing(async () => expect(await bench.deliveries.endpoint('wh_1')).toMatchObject({ enabled: false, stopped: 'gone' }));
    bench.say('room-1', 2);
    await bench.pass(5000);
    expect(bench.seen).toHaveLength(1);
  });
});

describe('what is not taken for a day', () => {
  test('becomes a dead letter, and what comes after it goes on', async () => {
    await bench.endpoint('wh_1');
    bench.respond = ({ room, numbers }) => (room === 'poison' && numbers.includes(1) ? answer(500) : answer(200));
    bench.process();
    bench.say('poison', 1);
    await bench.pass(1000);
    expect(await bench.letters.list('wh_1', '', 9, bench.clock.now())).toEqual([]);
    await bench.age(23 * hourMs);
    bench.say('poison', 23 * hourMs * 1024);
    expect(await bench.letters.list('wh_1', '', 9, bench.clock.now())).toEqual([]);
    await bench.age(3 * hourMs);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'poison')).toEqual([23 * hourMs * 1024]));
    const [letter, ...others] = await bench.letters.list('wh_1', '', 9, bench.clock.now());
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ room: 'poison', from: bench.base + 1, to: bench.base + 1, events: 1, lastError: 'status 500' });
    expect(letter!.attempts).toBeGreaterThan(20);
    expect(bench.figures.buried).toBe(1);
  }, 180_000);

  test('of an endpoint that is down goes to the dead letters with an attempt or two a minute, and the log is let go', async () => {
    await bench.endpoint('wh_1');
    bench.respond = () => answer(502);
    const webhooks = bench.process([0, 1], { ...defaultRetry, giveUpMs: 2 * hourMs });
    for (let number = 1; number <= 30; number++) bench.say(roomOf(number), number);
    await bench.pass(60_000);
    const needed = () => new Map(webhooks.read()).get(0)!.through!;
    expect(needed()).toBe(0);
    const before = bench.seen.length;
    await bench.age(hourMs);
    expect(bench.seen.length - before).toBeLessThan(90);
    await bench.age(1.5 * hourMs);
    await eventuallyPassing(async () => expect(await bench.letters.list('wh_1', '', 99, bench.clock.now())).toHaveLength(30));
    expect(needed()).toBeGreaterThan(0);
  }, 180_000);

  test('waits where dead letters cannot be kept', async () => {
    await bench.endpoint('wh_1');
    bench.respond = () => answer(500);
    bench.letters.bury = () => Promise.reject(new Error('away'));
    bench.process();
    bench.say('poison', 1);
    await bench.age(26 * hourMs);
    bench.respond = () => answer(200);
    delete (bench.letters as { bury?: unknown }).bury;
    await eventuallyPassing(async () => expect(await bench.letters.list('wh_1', '', 9, bench.clock.now())).toHaveLength(1));
  }, 180_000);
});

describe('a replay', () => {
  const ask = (over: object) => ({
    id: 'r',
    endpoint: 'wh_1',
    room: '',
    stream: 0,
    sequence: 1,
    after: 0,
    askedMs: bench.clock.now(),
    ...over,
  });

  test('of a room brings what came after a position again, in order, and then goes on', async () => {
    await bench.endpoint('wh_1');
    bench.process();
    for (let number = 1; number <= 10; number++) for (const room of ['room-1', 'room-2']) bench.say(room, number);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-2')).toEqual(upTo(10)));
    await bench.deliveries.askReplay(ask({ room: 'room-1', stream: bench.streamOf('room-1'), after: bench.base + 6 }));
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([...upTo(10), 7, 8, 9, 10]));
    bench.say('room-1', 11);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1').at(-1)).toBe(11));
    expect(bench.taken('wh_1', 'room-1')).toHaveLength(15);
    expect(bench.taken('wh_1', 'room-2')).toEqual(upTo(10));
    expect(await bench.deliveries.replays(bench.streamOf('room-1'))).toEqual([]);
  });

  test('of a room that waits with older events passes over none of them', async () => {
    await bench.endpoint('wh_1');
    bench.respond = () => answer(500);
    bench.process();
    for (let number = 1; number <= 5; number++) bench.say('room-1', number);
    await bench.pass(3000);
    await bench.deliveries.askReplay(ask({ room: 'room-1', stream: bench.streamOf('room-1'), after: bench.base + 3 }));
    await bench.pass(3000);
    bench.respond = () => answer(200);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual(upTo(5)));
  });

  test('of all rooms brings a stream again, for this endpoint only', async () => {
    await bench.endpoint('wh_1');
    await bench.endpoint('wh_2');
    bench.process();
    for (let number = 1; number <= 10; number++) for (let room = 0; room < 4; room++) bench.say(roomOf(room), number);
    const all = (endpoint: string): number => upTo(4).reduce((sum, room) => sum + bench.taken(endpoint, roomOf(room - 1)).length, 0);
    await eventuallyPassing(() => expect([all('wh_1'), all('wh_2')]).toEqual([40, 40]));
    for (let stream = 0; stream < size.streams; stream++) await bench.deliveries.askReplay(ask({ id: `r${stream}`, stream }));
    await eventuallyPassing(() => expect(all('wh_1')).toBe(80));
    bench.say('room-1', 11);
    await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([...upTo(10), ...upTo(10), 11]));
    expect(bench.taken('wh_2', 'room-1')).toEqual([...upTo(10), 11]);
  });
});

test('records that age out while a room waits are a hole that is told, and the room goes on', async () => {
  await bench.endpoint('wh_1');
  bench.respond = () => answer(500);
  bench.process();
  for (let number = 1; number <= 3; number++) bench.say('room-1', number);
  await bench.pass(3000);
  bench.logs.ageOut(shardOfRoom1(), 4);
  bench.respond = (seen: Seen) => (seen.room === 'room-1' ? answer(200) : answer(500));
  bench.say('room-1', 4);
  await eventuallyPassing(() => expect(bench.taken('wh_1', 'room-1')).toEqual([4]));
  expect(bench.figures.holes).toBe(1);
});

const shardOfRoom1 = (): number => bench.streamOf('room-1');
