import { describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { expectCase, outcome } from './probe-client.js';
import type { Scene } from './scene.js';

/** Rooms close by themselves, in time or when nobody is left, whoever was restarted meanwhile; and mutes end so, too. Restarts the world. */
export function tellClosing(scene: () => Scene): void {
  const isOpen = async (room: string): Promise<unknown> => (await scene().backend.ask('GET', `/v1/rooms/${room}`)).json['open'];

  describe('delayed close', () => {
    test('is set by the creator, read back, replaced and cancelled', async () => {
      const room = await scene().room('schedule');
      const [host, gus] = await scene().people(room, 'host', 'gus');
      const close = { kind: 'CLOSE_KIND_AFTER', seconds: 600 };
      expect(outcome(await gus.do(room, { scheduleClose: { close } }))).toBe('not-allowed');
      expectCase(await host.do(room, { scheduleClose: { close } }), 'done');
      expect(expectCase(await gus.do(room, { getRoom: {} }), 'roomInfo').close).toMatchObject({ kind: 1, seconds: 600 });
      expectCase(await host.do(room, { cancelClose: {} }), 'done');
      expect(outcome(await host.do(room, { cancelClose: {} }))).toBe('unchanged');
      await Promise.all([host.close(), gus.close()]);
    });

    test('of both kinds happens though the room sleeps and everything was restarted; so does the end of a timed mute', async () => {
      const [timed, empty, muted] = [await scene().room('timed-close'), await scene().room('empty-close'), await scene().room('long-mute')];
      const host = await scene().connect('host');
      for (const room of [timed, empty, muted]) expectCase(await host.join(room), 'joined');
      expectCase(await host.do(muted, { timedMuteMember: { account: 'troll', seconds: 3 } }), 'done');
      expectCase(await host.do(timed, { scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER', seconds: 3 } } }), 'done');
      expectCase(await host.do(empty, { scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER_EMPTY', seconds: 2 } } }), 'done');
      await host.close();
      await scene().restart();
      await eventually(async () => expect(await isOpen(timed)).toBe(false), { timeoutMs: 60_000 });
      await eventually(async () => expect(await isOpen(empty)).toBe(false), { timeoutMs: 60_000 });
      const troll = await scene().enter(muted, 'troll');
      expect(outcome(await troll.say(muted, 'free'))).toBe('accepted');
      await troll.close();
    }, 150_000);
  });
}
