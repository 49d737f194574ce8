import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { Ear } from './testing/ear.js';
import { factsOf, message, resultOf, type TestAsker } from './testing/test-asker.js';
import { World, type Node } from './testing/compose.js';

let world: World;
let node: Node;
let edge: TestAsker;
let ear: Ear;

beforeEach(async () => {
  world = new World();
  node = await world.node('a');
  edge = world.asker(node);
  resultOf(await edge.create('lobby'), 'done');
  ear = await Ear.on(world.live, 'lobby', world.shards);
});
afterEach(() => world.stop());

describe('a message', () => {
  test('is accepted with its position, and live frames follow the log', async () => {
    const { head } = (await edge.join('lobby', 1, 'ann')) as { head: number };
    expect(head).toBeGreaterThan(0);
    const accepted = resultOf(await edge.say('lobby', 1, 'hello'), 'accepted');
    expect(accepted.messageId).toBe(String(accepted.position));
    expect(ear.texts).toEqual(['hello']);
    const [entered, said] = ear.batches;
    expect(said!.header.prev).toBe(entered!.header.last);
    expect(said!.header.last).toBe(accepted.position);
    expect(said!.header.head).toBe(accepted.position);
  });

  test('of many that come together shares their record and their frame', async () => {
    await edge.join('lobby', 1, 'ann');
    const before = ear.batches.length;
    const answers = edge.send(...['a', 'b', 'c'].map((text) => edge.entry('lobby', message(text), { session: 1 })));
    await world.clock.pass(0);
    for (const answer of await Promise.all(answers)) resultOf(answer, 'accepted');
    expect(ear.batches.length).toBe(before + 1);
    expect(ear.texts).toEqual(['a', 'b', 'c']);
  });

  test('in a busy room waits for the interval, and merges with others', async () => {
    await edge.join('lobby', 1, 'ann');
    const say = (text: string): void => void edge.send(edge.entry('lobby', message(text), { session: 1 }));
    for (let i = 0; i < 10; i++) say(String(i));
    await world.clock.pass(0);
    const before = ear.batches.length;
    say('later');
    await world.clock.pass(20);
    say('latest');
    await world.clock.pass(10);
    expect(ear.batches.length).toBe(before);
    await world.clock.pass(10);
    expect(ear.batches.length).toBe(before + 1);
    expect(ear.texts.slice(-2)).toEqual(['later', 'latest']);
  });

  test('is neither seen nor answered while the log is away, and is when it is back', async () => {
    await edge.join('lobby', 1, 'ann');
    node.log.setConnected(false);
    const [answer] = edge.send(edge.entry('lobby', message('held'), { session: 1 }));
    const [reading] = edge.send(edge.entry('lobby', { $case: 'getRoom', value: {} }, { session: 1 }));
    const answered = edge.answers.length;
    await world.clock.pass(3000);
    expect(edge.answers.length).toBe(answered);
    expect(ear.texts).toEqual([]);
    node.log.setConnected(true);
    await world.clock.pass(1000);
    resultOf(await answer!, 'accepted');
    resultOf(await reading!, 'roomInfo');
    expect(ear.texts).toEqual(['held']);
  });

  test('is unavailable once the log has been away for too long', async () => {
    await edge.join('lobby', 1, 'ann');
    node.log.setConnected(false);
    void edge.send(edge.entry('lobby', message('first'), { session: 1 }));
    await world.clock.pass(16_000);
    expect(resultOf(await edge.say('lobby', 1, 'second'), 'unavailable').retryAfterMs).toBeGreaterThan(0);
    node.log.setConnected(true);
    await world.clock.pass(1000);
    expect(ear.texts).toEqual(['first']);
    resultOf(await edge.say('lobby', 1, 'third'), 'accepted');
  });

  test('sent again with its id gets the first answer, and another command with that id is refused', async () => {
    await edge.join('lobby', 1, 'ann');
    const first = resultOf(await edge.say('lobby', 1, 'once', { commandId: 'c1' }), 'accepted');
    expect(resultOf(await edge.say('lobby', 1, 'once', { commandId: 'c1' }), 'accepted')).toEqual(first);
    expect(ear.texts).toEqual(['once']);
    const mute = await edge.ask(
      'lobby',
      { $case: 'muteMember', value: { account: 'bob', notice: undefined } },
      { session: 1, commandId: 'c1' },
    );
    expect(resultOf(mute, 'refused').code).toBe('same-command');
    await world.clock.pass(61_000);
    resultOf(await edge.say('lobby', 1, 'once', { commandId: 'c1' }), 'accepted');
    expect(ear.texts).toEqual(['once', 'once']);
  });

  test('sent again before the log has it waits with the first, and the ids of accounts and of the server API are apart', async () => {
    await edge.join('lobby', 1, 'ann');
    const entries = [1, 1].map((session) => edge.entry('lobby', message('twice'), { session, commandId: 'c2' }));
    const api = edge.entry('lobby', message('from the platform'), { commandId: 'c2' });
    const answers = edge.send(...entries, api);
    await world.clock.pass(0);
    const [a, b, c] = (await Promise.all(answers)).map((answer) => resultOf(answer, 'accepted').position);
    expect(a).toBe(b);
    expect(c).toBeGreaterThan(b!);
    expect(ear.texts).toEqual(['twice', 'from the platform']);
  });

  test('after a mute in the same batch is refused', async () => {
    await edge.join('lobby', 1, 'ann');
    const mute = edge.entry('lobby', { $case: 'muteMember', value: { account: 'ann', notice: undefined } });
    const answers = edge.send(mute, edge.entry('lobby', message('too late'), { session: 1 }));
    await world.clock.pass(0);
    const [muted, said] = await Promise.all(answers);
    resultOf(muted!, 'done');
    expect(resultOf(said!, 'refused').code).toBe('muted');
    expect(ear.texts).toEqual([]);
  });
});

describe('the name of the API key', () => {
  const keysOf = (kind: string): (string | undefined)[] => {
    const keys: (string | undefined)[] = [];
    for (let stream = 0; stream < 2; stream++) {
      for (let record = world.logs.next(stream, 1); record !== undefined; record = world.logs.next(stream, record.sequence + 1))
        for (const { events } of Record.decode(record.bytes).batches)
          for (const { event, apiKey } of events) if (Event.decode(event).kind?.$case === kind) keys.push(apiKey);
    }
    return keys;
  };

  test('is in the log on every event of a command of the server API, and of no session', async () => {
    await edge.join('lobby', 1, 'owner');
    const api = { apiKey: 'key-1', commandId: 'c1' };
    resultOf(await edge.do('lobby', { updateMember: { account: 'ann', role: 'ROLE_REGULAR', level: 3 } }, 0, api), 'done');
    resultOf(await edge.do('lobby', { muteRoom: {} }, 1, { apiKey: 'forged' }), 'done');
    expect(keysOf('roleChanged')).toEqual(['key-1']);
    expect(keysOf('memberUpdated')).toEqual(['key-1']);
    expect(keysOf('roomMuted')).toEqual([undefined]);
  });
});

describe('an entry', () => {
  test('of an unknown session is asked for its facts, and taken in with them', async () => {
    expect(await edge.say('lobby', 7, 'who am I')).toBe('unknown-session');
    const facts = factsOf(7, 'lobby', 'gus', { enteredMs: 5 });
    resultOf(await edge.say('lobby', 7, 'it is me', { facts }), 'accepted');
    resultOf(await edge.say('lobby', 7, 'again'), 'accepted');
  });

  test('that is malformed, of an unknown kind or of an impossible room is refused', async () => {
    const bad = [{ room: 'no/room' }, { kind: 77 }, { body: new Uint8Array([255]) }];
    for (const change of bad) {
      const [answer] = edge.send({ ...edge.entry('lobby', message('x'), { session: 1 }), ...change });
      expect(resultOf(await answer!, 'refused').code).toBe('bad-request');
    }
  });

  test('for a room that was never created is refused, and leaves nothing in memory', async () => {
    expect(resultOf(await edge.join('nowhere', 1, 'ann'), 'refused').code).toBe('not-found');
    await world.clock.pass(2000);
    expect(await node.gauge('plaza_room_state_rooms')).toBe(1);
  });

  test('for a cold room while the projection is away is unavailable, and loaded rooms go on', async () => {
    await edge.join('lobby', 1, 'ann');
    world.projections.available = false;
    resultOf(await edge.join('cold', 2, 'ann'), 'unavailable');
    resultOf(await edge.say('lobby', 1, 'still here'), 'accepted');
    world.projections.available = true;
    expect(resultOf(await edge.join('cold', 2, 'ann'), 'refused').code).toBe('not-found');
  });

  test('for a cold room after the projection was emptied is unavailable, never not-found, and the room comes back', async () => {
    await world.clock.pass(3000);
    world.projections.clear();
    resultOf(await edge.join('other', 2, 'ann'), 'unavailable');
    await world.clock.pass(3000);
    expect(resultOf(await edge.join('other', 2, 'ann'), 'refused').code).toBe('not-found');
    resultOf(await edge.ask('lobby', { $case: 'getRoom', value: {} }), 'roomInfo');
  });
});
