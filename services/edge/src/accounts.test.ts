import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Member } from '@plaza/proto/client';
import { commandKinds } from '@plaza/protocol';
import { eventually } from '@plaza/testkit';
import { EdgeWorld } from './edge.fixture.js';

let world: EdgeWorld;
beforeEach(async () => {
  world = new EdgeWorld();
  await world.start();
});
afterEach(() => world.stop());

const sessionOf = (account: string): number => world.rooms.entries.find(({ facts }) => facts?.account === account)!.session;
const react = { $case: 'react', value: { kind: 'heart', count: 1 } } as const;

describe('an account in all rooms', () => {
  test('that is muted says nothing anywhere, and may say so again after', async () => {
    const ann = await world.enter('ann', 'lobby');
    const bob = await world.enter('bob', 'lobby');
    world.rooms.restrict('ann', { muted: true });
    await eventually(async () => expect(await ann.code(ann.say('lobby', 'x'))).toBe('muted-everywhere'));
    expect(await ann.code(ann.ask({ room: 'lobby', body: react }))).toBe('muted-everywhere');
    expect(await ann.code(ann.ask({ room: 'lobby', body: { $case: 'getRoom', value: {} } }))).toBe('done');
    expect(await bob.code(bob.say('lobby', 'x'))).toBe('accepted');
    world.rooms.restrict('ann', {});
    await eventually(async () => expect(await ann.code(ann.say('lobby', 'y'))).toBe('accepted'));
  });

  test('is told at entry that it is muted', async () => {
    world.rooms.answer = ({ kind }) =>
      kind === commandKinds.join
        ? {
            $case: 'joined',
            value: { self: Member.fromPartial({ account: 'ann' }), room: undefined, complete: true, completeFrom: 0, recent: [] },
          }
        : undefined;
    const before = await world.enter('ann', 'lobby');
    world.rooms.restrict('ann', { muted: true });
    await eventually(async () => expect(await before.code(before.say('lobby', 'x'))).toBe('muted-everywhere'));
    const after = await world.enter('ann', 'other');
    const told = [before, after].map((one) => one.bodies('reply').find(({ result }) => result?.$case === 'joined')?.result);
    expect(told).toMatchObject([{ value: { self: { mutedEverywhere: false } } }, { value: { self: { mutedEverywhere: true } } }]);
  });

  test('that is disabled is sent away from everywhere and not let in again, until it is enabled', async () => {
    const [phone, web] = [await world.enter('ann', 'lobby'), await world.enter('ann', 'other')];
    const bob = await world.enter('bob', 'lobby');
    world.rooms.restrict('ann', { disabled: true, reason: 'spam' });
    await eventually(() => expect([phone.closedBy, web.closedBy]).toEqual([4405, 4405]));
    expect(phone.bodies('goAway')).toEqual([{ code: 4405, reason: 'disabled', retryAfterMs: undefined }]);
    const again = await world.connect(`?token=${world.token('ann')}`);
    await eventually(() => expect(again.closedBy).toBe(4405));
    const later = await world.connect();
    expect(await later.code(later.authenticate(world.token('ann')))).toBe('disabled');
    expect([bob.closedBy, await bob.code(bob.say('lobby', 'x'))]).toEqual([undefined, 'accepted']);
    world.rooms.restrict('ann', {});
    await eventually(async () => expect(await later.code(later.authenticate(world.token('ann')))).toBe('authenticated'));
  });

  test('that is kicked leaves all rooms with everything before, and may come again', async () => {
    const ann = await world.enter('ann', 'lobby');
    await ann.join('other');
    world.rooms.say('lobby', 'before');
    world.rooms.restrict('ann', { reason: 'calm down' }, true);
    await eventually(() => expect(ann.bodies('removed').length).toBe(2));
    expect(ann.bodies('removed')).toEqual(['lobby', 'other'].map((room) => ({ room, code: 'kicked', why: 'calm down' })));
    expect(ann.texts('lobby')).toEqual(['before']);
    await eventually(() => expect(world.rooms.entries.filter(({ disconnected }) => disconnected).length).toBe(2));
    expect([ann.closedBy, await ann.code(ann.join('lobby'))]).toEqual([undefined, 'joined']);
  });
});

describe('another device', () => {
  test('ends a session, not its connection', async () => {
    const ann = await world.enter('ann', 'lobby');
    await ann.join('other');
    world.rooms.say('lobby', 'before');
    world.rooms.end(sessionOf('ann'), 'other-device');
    await eventually(() => expect(ann.bodies('removed')).toMatchObject([{ room: 'lobby', code: 'other-device' }]));
    expect([ann.texts('lobby'), ann.closedBy]).toEqual([['before'], undefined]);
    expect(await ann.code(ann.say('lobby', 'x'))).toBe('not-joined');
    expect(await ann.code(ann.say('other', 'x'))).toBe('accepted');
    // The holder ended it: it is not told that it is over.
    expect(world.rooms.entries.some(({ kind }) => kind === commandKinds.leave)).toBe(false);
  });

  test('of the same id replaces the connection', async () => {
    const ann = await world.enter('ann', 'lobby');
    world.rooms.end(sessionOf('ann'), 'replaced');
    await eventually(() => expect(ann.closedBy).toBe(4409));
    expect(ann.bodies('goAway')[0]).toMatchObject({ reason: 'replaced' });
  });
});

describe('a directed message', () => {
  const got = (client: Awaited<ReturnType<EdgeWorld['enter']>>): unknown[] =>
    client.bodies('direct').map(({ message }) => message?.commandId);

  test.each(['plaza.v1', 'plaza.v1.json'] as const)('goes to the sessions that it names, over %s', async (protocol) => {
    const ann = await world.enter('ann', 'lobby', protocol);
    const bob = await world.enter('bob', 'lobby');
    world.rooms.deliver([sessionOf('ann')], 'bob', 'psst');
    await eventually(() => expect(got(ann)).toEqual(['psst']));
    expect([ann.bodies('direct')[0]?.message?.account, got(bob)]).toEqual(['bob', []]);
  });

  test('comes once, though a new holder sends it again', async () => {
    const ann = await world.enter('ann', 'lobby');
    for (const commandId of ['one', 'one', 'two', 'one', 'two']) world.rooms.deliver([sessionOf('ann')], 'bob', commandId);
    world.rooms.deliver([sessionOf('ann')], 'cid', 'one');
    await eventually(() => expect(got(ann)).toEqual(['one', 'two', 'one']));
  });

  test('does not reach who has been removed, nor a session that has gone', async () => {
    const ann = await world.enter('ann', 'lobby');
    const session = sessionOf('ann');
    world.rooms.end(session, 'other-device');
    world.rooms.deliver([session, 4711], 'bob', 'late');
    await eventually(() => expect(ann.bodies('removed').length).toBe(1));
    expect(await ann.code(ann.join('other'))).toBe('joined');
    expect(got(ann)).toEqual([]);
  });
});
