import { describe, expect, test } from '@jest/globals';
import { acts, canReach, may, type Act, type MemberRole } from '@plaza/domain';
import { Role } from '@plaza/proto/client';
import { expectCase, outcome, type ProbeClient } from './probe-client.js';
import { closeAll, type Scene } from './scene.js';

type Walker = Exclude<MemberRole, 'anonymous'>;
const walkers: readonly Walker[] = ['creator', 'administrator', 'regular', 'guest'];
const roleOf: Readonly<Record<Walker, Role>> = {
  creator: Role.ROLE_CREATOR,
  administrator: Role.ROLE_ADMINISTRATOR,
  regular: Role.ROLE_REGULAR,
  guest: Role.ROLE_GUEST,
};
const actors: Readonly<Record<Walker, string>> = { creator: 'host', administrator: 'adam', regular: 'rita', guest: 'gus' };
const targets: Readonly<Record<Walker, string>> = { creator: 'host', administrator: 'adele', regular: 'rolf', guest: 'gina' };

/** The same act at both doors: as a command of the protocol, and as a request. */
interface Doors {
  readonly command: Record<string, unknown>;
  readonly request: readonly [method: string, path: string, body?: Record<string, unknown>];
}

/** Acts upon somebody that can be repeated: what was so already is `unchanged`, which is allowed, too. */
const upon: readonly ((account: string) => Doors)[] = [
  (account) => ({ command: { muteMember: { account } }, request: ['PUT', `members/${account}/mute`] }),
  (account) => ({ command: { unmuteMember: { account } }, request: ['DELETE', `members/${account}/mute`] }),
  (account) => ({
    command: { timedMuteMember: { account, seconds: 60 } },
    request: ['PUT', `members/${account}/timed-mute`, { seconds: 60 }],
  }),
  (account) => ({ command: { timedUnmuteMember: { account } }, request: ['DELETE', `members/${account}/timed-mute`] }),
  (account) => ({ command: { unblockMember: { account } }, request: ['DELETE', `members/${account}/block`] }),
];
const alone: readonly [act: Act, doors: Doors][] = [
  ['changeRoom', { command: { muteRoom: {} }, request: ['PUT', 'mute'] }],
  ['changeRoom', { command: { unmuteRoom: {} }, request: ['DELETE', 'mute'] }],
  ['changeRoom', { command: { updateRoom: { changes: { name: 'walked' } } }, request: ['PATCH', '', { name: 'walked' }] }],
  ['openAndClose', { command: { openRoom: {} }, request: ['POST', 'open'] }],
  ['resetQueue', { command: { initQueue: { size: 9 } }, request: ['PUT', 'queue', { size: 9 }] }],
  [
    'queueForEveryone',
    { command: { offerQueue: { elements: [{ key: 'k' }] } }, request: ['POST', 'queue/offer', { elements: [{ key: 'k' }] }] },
  ],
];

/** A sample of the matrix of roles over a real socket and over the server API, judged by the data that the rooms decide by. */
export function tellRoles(scene: () => Scene): void {
  describe('the matrix of roles', () => {
    test(`is the same at both doors: ${walkers.length * (walkers.length * upon.length + alone.length) * 2} ways`, async () => {
      const room = await scene().room('roles');
      const names = [...new Set([...Object.values(actors), ...Object.values(targets)])];
      const clients = new Map<string, ProbeClient>();
      for (const [at, name] of names.entries()) clients.set(name, await scene().enter(room, name, at));
      const host = clients.get('host')!;
      for (const role of ['administrator', 'regular'] as const)
        for (const account of [actors[role], targets[role]])
          expectCase(await host.do(room, { setRole: { account, role: roleOf[role] } }), 'done');
      const wrong: string[] = [];
      const walk = async (actor: Walker, { command, request: [method, path, body] }: Doors, allowed: boolean, what: string) => {
        const bySocket = outcome(await clients.get(actors[actor])!.do(room, command)) !== 'not-allowed';
        if (bySocket !== allowed) wrong.push(`socket: ${what}`);
        const operator = { operator: actors[actor] };
        const query = method === 'DELETE' ? `?${new URLSearchParams(operator).toString()}` : '';
        const url = `/v1/rooms/${room}${path === '' ? '' : `/${path}`}${query}`;
        const { status } = await scene().backend.ask(method, url, method === 'DELETE' ? undefined : { ...body, ...operator });
        if (status !== (allowed ? 200 : 403)) wrong.push(`REST ${status}: ${what}`);
      };
      for (const actor of walkers) {
        for (const [act, doors] of alone) await walk(actor, doors, may(roleOf[actor], act), `${actor}: ${Object.keys(doors.command)[0]}`);
        for (const target of walkers)
          for (const doors of upon.map((make) => make(targets[target]))) {
            const allowed = acts.moderate[actor] && canReach(roleOf[actor], roleOf[target]);
            await walk(actor, doors, allowed, `${actor} on ${target}: ${Object.keys(doors.command)[0]}`);
          }
      }
      expect(wrong).toEqual([]);
      await closeAll([...clients.values()]);
    });
  });
}
