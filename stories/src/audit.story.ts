import { expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase } from './probe-client.js';
import { closeAll, type Scene } from './scene.js';

interface Entry {
  readonly chain: number;
  readonly number: number;
  readonly position: string;
  readonly act: string;
  readonly operator: string;
  readonly apiKey: string;
  readonly targets: readonly string[];
  readonly reason: string;
  readonly hash: string;
}

/** What is done over sockets and by the server API is in the audit log, whatever is restarted meanwhile. */
export function tellAudit(scene: () => Scene): void {
  const entriesOf = async (query: string): Promise<Entry[]> => {
    const { status, json } = await scene().backend.ask('GET', `/v1/audit?${query}&limit=200`);
    if (status !== 200) throw new Error(`${query}: ${status} ${JSON.stringify(json)}`);
    return (json['entries'] as Entry[]).toReversed();
  };
  const chainsOf = async (): Promise<{ chain: number; head: { number: number; hash: string } }[]> =>
    (await scene().backend.ask('GET', '/v1/audit/chains')).json['chains'] as never;
  const verified = async (): Promise<void> => {
    for (const { chain, head } of await chainsOf()) {
      const { json } = await scene().backend.ask('GET', `/v1/audit/chains/${chain}/verify?limit=100000`);
      expect(json).toMatchObject({ ok: true, chain, more: false });
      expect((json['to'] as { number: number }).number).toBeGreaterThanOrEqual(head.number);
    }
  };

  test('acts over the socket and by the server API are in the audit log once, in order, also over a restart, and its chains are whole', async () => {
    const room = await scene().room('audited');
    const [host, troll] = await scene().people(room, 'host', 'troll');
    await host.say(room, 'no act');
    expectCase(await host.do(room, { timedMuteMember: { account: 'troll', seconds: 600, notice: { ext: 'calm' } } }), 'done');
    expectCase(await host.do(room, { updateMember: { nickname: 'Boss' } }), 'done');
    const path = `/v1/rooms/${room}/members/troll`;
    for (let i = 0; i < 2; i++)
      expect((await scene().backend.ask('PUT', `${path}/role`, { role: 'regular', operator: 'host' })).status).toBe(200);
    expect((await scene().backend.ask('POST', `${path}/kick`, { reason: 'enough' })).status).toBe(200);
    await closeAll([host, troll]);
    const before = ['room-created', 'timed-muted', 'role-changed', 'kicked'];
    await eventually(async () => expect((await entriesOf(`room=${room}`)).map(({ act }) => act)).toEqual(before));
    const heads = await chainsOf();

    await scene().restart();
    expect((await scene().backend.ask('PUT', `${path}/block`, { reason: 'for good' })).status).toBe(200);
    await eventually(async () => expect((await entriesOf(`room=${room}`)).map(({ act }) => act)).toEqual([...before, 'blocked']));

    const [created, muted, role, kicked, blocked] = await entriesOf(`room=${room}`);
    expect(created).toMatchObject({ operator: '', apiKey: 'root-0', targets: ['host'] });
    expect(muted).toMatchObject({ operator: 'host', apiKey: '', targets: ['troll'], notifyExt: 'calm', details: { seconds: 600 } });
    expect(role).toMatchObject({ operator: 'host', apiKey: 'root-0', details: { role: 'regular' }, previous: { role: 'guest' } });
    expect(kicked).toMatchObject({ operator: '', apiKey: 'root-0', targets: ['troll'], reason: 'enough' });
    expect(blocked).toMatchObject({ targets: ['troll'], reason: 'for good', previous: { role: 'regular' } });
    const positions = [created, muted, role, kicked, blocked].map((entry) => Number(entry!.position));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(new Set(positions).size).toBe(5);
    expect(await entriesOf(`room=${room}&account=host`)).toEqual([created, muted, role]);
    expect(await entriesOf(`room=${room}&act=kicked`)).toEqual([kicked]);

    const { id } = (await scene().backend.ask('POST', '/v1/keys', { name: 'figures', scopes: ['figures:read'] })).json as { id: string };
    await eventually(async () =>
      expect(await entriesOf('act=key-created')).toContainEqual(
        expect.objectContaining({ room: 'accounts:', apiKey: 'root-0', details: { id, name: 'figures', scopes: ['figures:read'] } }),
      ),
    );

    await verified();
    // What was told before the restart is where the chains lead through.
    for (const { chain, head } of heads.filter((one) => one.head.number > 0)) {
      const { number, hash } = head;
      const { json } = await scene().backend.ask('GET', `/v1/audit/chains/${chain}/verify?number=${number}&hash=${hash}&limit=100000`);
      expect(json).toMatchObject({ ok: true, from: { number, hash } });
    }
  }, 150_000);
}
