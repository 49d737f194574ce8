import { describe, expect, test } from '@jest/globals';
import { Role } from '@plaza/proto/client';
import { decide } from './decide.js';
import { act, api, command, contextOf, json, lobby, people, presenceOf, session } from './rooms.arbitrary.js';
import type { Actor, Command, CreatedRoom } from './types.js';

const roles = ['creator', 'administrator', 'regular', 'guest', 'anonymous'] as const;
type RoleName = (typeof roles)[number];

/** Another account of each role, for who acts on whom. */
const targets: Readonly<Record<RoleName, string>> = {
  creator: people.creator,
  administrator: 'adele',
  regular: 'rolf',
  guest: 'gina',
  anonymous: 'anon-2',
};
const presence = presenceOf(Object.fromEntries([...Object.values(people), ...Object.values(targets)].map((name) => [name, 1])));

/** A room with two of each role, a queue, an attribute of the guest target's, and a message of it. */
function room(): CreatedRoom {
  const made = lobby();
  const by = contextOf(api(), { presence });
  act(made, command.setRole(targets.administrator, Role.ROLE_ADMINISTRATOR), by);
  act(made, command.setRole(targets.regular, Role.ROLE_REGULAR), by);
  act(made, json({ initQueue: {} }), by);
  act(made, json({ offerQueue: { elements: [{ key: 'k' }] } }), by);
  act(made, json({ setAttributes: { attributes: [{ key: 'theirs', value: 'x' }] } }), contextOf(session(targets.guest), { presence }));
  return made;
}
const muted = () => {
  const made = room();
  act(made, json({ muteRoom: {} }), contextOf(api(), { presence }));
  return made;
};
const forManagers = () => {
  const made = room();
  act(made, json({ updateRoom: { changes: { queueRights: 'QUEUE_RIGHTS_MANAGERS' } } }), contextOf(api(), { presence }));
  return made;
};

/** Not the acts of the code but the sentences of the product: one letter a role in the order creator, administrator, regular, guest, anonymous. */
const alone: readonly [what: string, who: string, make: () => CreatedRoom, ask: Command][] = [
  ['send', 'yyyyn', room, command.say('x')],
  ['react', 'yyyyn', room, json({ react: { kind: 'heart' } })],
  ['send while the room is muted', 'yynnn', muted, command.say('x')],
  ['mute the room', 'yynnn', room, json({ muteRoom: {} })],
  ['unmute the room', 'yynnn', muted, json({ unmuteRoom: {} })],
  ['mute a tag', 'yynnn', room, json({ muteTag: { tag: 'vip' } })],
  ['unmute a tag', 'yynnn', room, json({ unmuteTag: { tag: 'vip' } })],
  ['change the profile', 'yynnn', room, command.update({ name: 'n' })],
  ['change the settings', 'yynnn', room, json({ changeSettings: { settings: { slowModeSeconds: 1 } } })],
  ['change the blocked terms', 'yynnn', room, json({ changeTerms: { add: ['x'] } })],
  ['read the blocked terms', 'yynnn', room, json({ listTerms: {} })],
  ['recall others’ messages', 'yynnn', room, json({ recallMessages: { account: 'gina' } })],
  ['unpin', 'yynnn', room, json({ unpinMessage: {} })],
  ['open', 'ynnnn', room, command.open()],
  ['close', 'ynnnn', room, command.close()],
  ['schedule the closing', 'ynnnn', room, json({ scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER', seconds: 9 } } })],
  ['cancel the closing', 'ynnnn', room, json({ cancelClose: {} })],
  ['queue, rights 0', 'yyyyn', room, json({ offerQueue: { elements: [{ key: 'mine' }] } })],
  ['take from the queue, rights 0', 'yyyyn', room, json({ pollQueue: {} })],
  ['update the queue, rights 0', 'yyyyn', room, json({ updateQueue: { elements: [{ key: 'k', value: 'n' }] } })],
  ['queue, rights 1', 'yynnn', forManagers, json({ offerQueue: { elements: [{ key: 'mine' }] } })],
  ['take from the queue, rights 1', 'yynnn', forManagers, json({ pollQueue: {} })],
  ['empty the queue', 'yynnn', room, json({ dropQueue: {} })],
  ['set the size of the queue', 'yynnn', room, json({ initQueue: { size: 7 } })],
  ['delete the queue', 'yynnn', room, json({ deleteQueue: {} })],
  ['read the queue', 'yyyyy', room, json({ listQueue: {} })],
  ['read the room', 'yyyyy', room, json({ getRoom: {} })],
  ['write an attribute', 'yyyyn', room, json({ setAttributes: { attributes: [{ key: 'new', value: '1' }] } })],
  ['change another’s attribute', 'yynnn', room, json({ setAttributes: { attributes: [{ key: 'theirs', value: '1' }] } })],
  ['change the own profile', 'yyyyn', room, json({ updateMember: { nickname: 'n' } })],
  ['save the own profile', 'yyynn', room, json({ updateMember: { nickname: 'n', save: true } })],
  ['change the own level', 'yynnn', room, json({ updateMember: { level: 3 } })],
  ['add bots', 'yynnn', room, json({ addBots: { bots: [{ account: 'b' }] } })],
  ['block a device', 'yynnn', room, json({ blockDevice: { deviceId: 'd', seconds: 9 } })],
  ['set tags', 'nnnnn', room, json({ setTags: { account: 'gina', tags: ['x'] } })],
  ['create a room', 'nnnnn', room, command.create('carla')],
];

/** One row an actor, one letter a target, both in that order. The creator as a target of the creator is itself. */
const reach = ['nyyyy', 'nnyyy', 'nnnnn', 'nnnnn', 'nnnnn'];
const marks = ['nyyyn', 'nnyyn', 'nnnnn', 'nnnnn', 'nnnnn'];
const upon: readonly [what: string, who: readonly string[], ask: (account: string) => Command][] = [
  ['mute', marks, (account) => json({ muteMember: { account } })],
  ['unmute', marks, (account) => json({ unmuteMember: { account } })],
  ['mute for a time', marks, (account) => json({ timedMuteMember: { account, seconds: 5 } })],
  ['end a timed mute', marks, (account) => json({ timedUnmuteMember: { account } })],
  ['block', marks, (account) => json({ blockMember: { account } })],
  ['unblock', marks, (account) => json({ unblockMember: { account } })],
  ['kick', reach, (account) => json({ kickMember: { account } })],
  ['make an administrator', ['nyyyn', 'nnnnn', 'nnnnn', 'nnnnn', 'nnnnn'], (account) => command.setRole(account, Role.ROLE_ADMINISTRATOR)],
  ['make a regular member', ['nyyyn', 'nnyyn', 'nnnnn', 'nnnnn', 'nnnnn'], (account) => command.setRole(account, Role.ROLE_REGULAR)],
  ['take the role', ['nyyyn', 'nnyyn', 'nnnnn', 'nnnnn', 'nnnnn'], (account) => command.setRole(account, Role.ROLE_GUEST)],
  [
    'change the nickname of',
    ['yyyyy', 'nnyyy', 'nnnnn', 'nnnnn', 'nnnnn'],
    (account) => json({ updateMember: { account, nickname: 'n' } }),
  ],
  ['give a level to', ['yyyyn', 'nnyyn', 'nnnnn', 'nnnnn', 'nnnnn'], (account) => json({ updateMember: { account, level: 4 } })],
  [
    'give a label to',
    ['yyyyn', 'nnyyn', 'nnnnn', 'nnnnn', 'nnnnn'],
    (account) => json({ updateMember: { account, labels: { labels: [{ name: 'dj' }] } } }),
  ],
];

const actorOf = (role: RoleName): Actor => session(people[role]);
const allowed = (made: CreatedRoom, ask: Command, actor: Actor): string => {
  const decision = decide(made, ask, contextOf(actor, { presence }));
  return 'refusal' in decision && ['not-allowed', 'room-muted'].includes(decision.refusal.code) ? 'n' : 'y';
};

describe.each(alone)('%s (%s)', (_, who, make, ask) => {
  test.each(roles.map((role, i) => [role, who[i]!] as const))('%s: %s', (role, letter) => {
    expect(allowed(make(), ask, actorOf(role))).toBe(letter);
    // Who is named as operator has the same rights; anonymous guests are no operators of the server API.
    if (role !== 'anonymous' && !['set tags', 'create a room'].includes(_))
      expect(allowed(make(), ask, api(people[role]))).toBe(operatorLetter(ask, letter));
  });
});

/** The server API never speaks as its operator: a message of its own is the platform's. */
const operatorLetter = (ask: Command, letter: string): string => (ask.$case === 'sendMessage' || ask.$case === 'react' ? 'y' : letter);

describe.each(upon)('%s somebody', (_, who, ask) => {
  describe.each(roles.map((role, i) => [role, who[i]!] as const))('%s', (role, letters) => {
    test.each(roles.map((target, i) => [target, letters[i]!] as const))('%s: %s', (target, letter) => {
      expect(allowed(room(), ask(targets[target]), actorOf(role))).toBe(letter);
      if (role !== 'anonymous') expect(allowed(room(), ask(targets[target]), api(people[role]))).toBe(letter);
    });
  });

  test.each(roles)('the server API acts with the creator’s rights, though the creator is away: %s', (target) => {
    const creatorsLetter = who[0]![roles.indexOf(target)]!;
    const decision = decide(room(), ask(targets[target]), contextOf(api(), { presence: presenceOf({ [targets[target]]: 1 }) }));
    const letter = 'refusal' in decision && decision.refusal.code === 'not-allowed' ? 'n' : 'y';
    expect(letter).toBe(creatorsLetter);
  });
});
