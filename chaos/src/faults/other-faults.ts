import { systemClock, within } from '@plaza/kit';
import { Appender } from '@plaza/log';
import type { Fault } from './fault.js';
import type { Scene, Victim } from './scene.js';

const hourMs = 3_600_000;
/** Draining is bounded. */
const stopsWithinMs = 40_000;
const none = (): Promise<void> => Promise.resolve();

const clockJump = (name: string, aheadMs: number): Fault => ({
  name,
  does: `the clock of the hot holder jumps by ${aheadMs > 0 ? '+' : '-'}1 h`,
  heals: 'the clock jumps to where it was',
  lastsMs: [5000, 10_000],
  async begin(scene) {
    const holder = await scene.holderOfHotRoom();
    await scene.setClock(holder, aheadMs);
    return { hit: holder.id, heal: () => scene.setClock(holder, 0) };
  },
});

/** Stops in order and starts again, one after another, and waits for each. */
async function restart(victims: readonly Victim[]): Promise<void> {
  for (const victim of victims) {
    await within(stopsWithinMs, `the end of ${victim.id} in order`, victim.kill('SIGTERM'));
    await victim.start();
  }
}

async function fullDisk(scene: Scene, servers: readonly Victim[]): Promise<{ hit: string; heal: () => Promise<void> }> {
  for (const { id } of servers) scene.disks.fill(id);
  return {
    hit: servers.map(({ id }) => id).join(),
    async heal() {
      for (const { id } of servers) scene.disks.free(id);
      // A nats-server that could not write turns its JetStream off until it is started again. Where it is off in all of them, none is ready before the others are.
      await Promise.all(servers.map((server) => within(stopsWithinMs, `the end of ${server.id} in order`, server.kill('SIGTERM'))));
      await Promise.all(servers.map((server) => server.start()));
    },
  };
}

export const otherFaults: readonly Fault[] = [
  {
    name: 'two-wrong-claims',
    does: 'two processes that do not exist claim the hot shard at once',
    heals: 'by itself',
    lastsMs: [0, 0],
    async begin(scene) {
      const appender = new Appender(scene.log, { clock: systemClock });
      const signal = AbortSignal.timeout(20_000);
      const claims = ['nobody-1', 'nobody-2'].map((id) => appender.claim(scene.hotShard, id, '127.0.0.1:9', signal));
      const made = (await Promise.all(claims)).filter((claim) => 'epoch' in claim).length;
      if (made !== 2) throw new Error(`${made} of two claims were made`);
      return { hit: `shard ${scene.hotShard}`, heal: none };
    },
  },
  {
    name: 'redis-emptied',
    does: 'FLUSHALL',
    heals: 'by itself: everything in it is made again from snapshots and log',
    lastsMs: [0, 0],
    async begin(scene) {
      await scene.flushRedis();
      return { hit: 'redis', heal: none };
    },
  },
  {
    name: 'cassandra-away',
    does: 'Cassandra is down for 15-25 s',
    heals: 'started again',
    lastsMs: [15_000, 25_000],
    async begin({ cassandra }) {
      await cassandra.kill();
      return { hit: 'cassandra', heal: () => cassandra.start() };
    },
  },
  {
    name: 'disk-full-one',
    does: "the disk of the hot stream's leader is full",
    heals: 'freed, and the server started again',
    lastsMs: [6000, 10_000],
    needs: 'small-disks',
    begin: async (scene) => fullDisk(scene, [await scene.streamLeader()]),
  },
  {
    name: 'disk-full',
    does: 'the disks of all nats-servers are full',
    heals: 'freed, and the servers started again together',
    lastsMs: [5000, 8000],
    needs: 'small-disks',
    begin: (scene) => fullDisk(scene, scene.nats),
  },
  clockJump('clock-ahead', hourMs),
  clockJump('clock-back', -hourMs),
  {
    name: 'hand-over',
    does: 'each room-state process is stopped in order (all its shards handed over) and started again, one after another',
    heals: 'by itself',
    targetMs: 250,
    lastsMs: [0, 0],
    async begin(scene) {
      const holders = scene.services('room-state');
      await restart(holders);
      return { hit: holders.map(({ id }) => id).join(), heal: none };
    },
  },
  {
    name: 'rolling-restart',
    does: 'everything is stopped in order and started again, one process after another: services, nats-servers, Redis',
    heals: 'by itself',
    lastsMs: [0, 0],
    async begin(scene) {
      const { processes } = scene.cluster;
      await restart([...processes, ...scene.nats, scene.redis]);
      return { hit: `${processes.length + scene.nats.length + 1} processes`, heal: none };
    },
  },
  {
    name: 'mixed-versions',
    does: 'an edge is the one of the previous commit, with the holders of this one',
    heals: 'restarted as the one of this commit',
    lastsMs: [8000, 15_000],
    needs: 'previous-build',
    async begin(scene, dice) {
      const edge = dice.pick(scene.services('edge'))!;
      await edge.restartAs(scene.previousEdge);
      return { hit: edge.id, heal: () => edge.restartAsItWas() };
    },
  },
];
