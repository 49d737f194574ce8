import { describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase, outcome, type ProbeClient } from './probe-client.js';
import { breaksOf, closeAll, type Scene } from './scene.js';

const rounds = 6;

/** Sends without a pause until told to stop, messages and directed ones in turn. Answers what was accepted. */
function talk(client: ProbeClient, room: string, name: string): () => Promise<{ positions: number[]; refusals: string[] }> {
  let on = true;
  const running = (async () => {
    const positions: number[] = [];
    const refusals: string[] = [];
    for (let i = 0; on; i++) {
      const reply = await client.say(room, `${name}-${i}`, '', i % 4 === 3 ? { receivers: ['host'] } : {});
      if (reply.result?.$case === 'accepted') positions.push(reply.result.value.position);
      else if (reply.result?.$case !== 'delivered') refusals.push(outcome(reply));
    }
    return { positions, refusals };
  })();
  return () => {
    on = false;
    return running;
  };
}

/** Commands race on several sockets on several edges: from the reply of a mute on, nothing of the muted gets a position, and nothing directed goes out. */
export function tellMutedWhileRacing(scene: () => Scene): void {
  describe('an account that talks on four sockets while it is muted and unmuted', () => {
    test(`${rounds} times: has no message between the mute and its end, and nobody sees a break`, async () => {
      const room = await scene().room('race');
      const [host, witness] = await scene().people(room, 'host', 'witness');
      const sockets = await Promise.all(
        Array.from({ length: 4 }, async (_, at) => {
          const client = await scene().connect('troll', at, {}, `d${at}/web`);
          expectCase(await client.join(room), 'joined');
          return client;
        }),
      );
      const stops = sockets.map((client, i) => talk(client, room, `t${i}`));
      const muted: { from: number; to: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        const before = witness.events(room, 'message').length;
        await eventually(() => expect(witness.events(room, 'message').length).toBeGreaterThan(before + 5));
        const from = expectCase(await host.do(room, { muteMember: { account: 'troll' } }), 'done').position;
        // What was decided before the mute may arrive behind its reply, but not behind a later one.
        expectCase(await host.say(room, 'order'), 'accepted');
        const directed = host.aside('direct').length;
        for (let i = 0; i < 20; i++) expectCase(await host.say(room, 'order'), 'accepted');
        expect(host.aside('direct').length).toBe(directed);
        const to = expectCase(await host.do(room, { unmuteMember: { account: 'troll' } }), 'done').position;
        muted.push({ from, to });
      }
      const told = await Promise.all(stops.map((stop) => stop()));
      const inside = (position: number) => muted.some(({ from, to }) => position > from && position < to);
      expect(told.flatMap(({ positions }) => positions).filter(inside)).toEqual([]);
      expect(new Set(told.flatMap(({ refusals }) => refusals))).toEqual(new Set(['muted']));
      const accepted = told.flatMap(({ positions }) => positions).sort((a, b) => a - b);
      await eventually(() => {
        const of = witness.events(room, 'message').filter(({ kind }) => kind?.$case === 'message' && kind.value.account === 'troll');
        expect(of.map(({ position }) => position)).toEqual(accepted);
      });
      expect(breaksOf([host, witness, ...sockets])).toEqual([]);
      await closeAll([host, witness, ...sockets]);
    }, 60_000);
  });
}
