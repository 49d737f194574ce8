import type { ServiceKind } from '@plaza/testkit/cluster';
import type { Prng } from '../swarm/prng.js';
import type { Fault } from './fault.js';
import type { Scene, Victim } from './scene.js';

interface Choice {
  readonly name: string;
  readonly pick: (scene: Scene, dice: Prng) => Promise<Victim>;
  /** DESIGN section 5: the pause that its kill may cause, and that of a machine that is gone. */
  readonly killedMs?: number;
  readonly goneMs?: number;
}

const anyOf = (kind: ServiceKind): Choice => ({
  name: kind,
  pick: async (scene, dice) => dice.pick(scene.services(kind)) as Victim,
});

const choices: readonly Choice[] = [
  { name: 'hot-holder', pick: (scene) => scene.holderOfHotRoom(), killedMs: 2000, goneMs: 8000 },
  { ...anyOf('room-state'), killedMs: 2000, goneMs: 8000 },
  anyOf('edge'),
  anyOf('history'),
  anyOf('metrics'),
  anyOf('api'),
  { name: 'stream-leader', pick: (scene) => scene.streamLeader(), killedMs: 8000 },
  { name: 'nats-follower', pick: (scene) => scene.streamFollower() },
  { name: 'redis', pick: async (scene) => scene.redis },
  { name: 'cassandra', pick: async (scene) => scene.cassandra },
];

const killOf = ({ name, pick, killedMs }: Choice): Fault => ({
  name: `kill-${name}`,
  does: `kill -9 of ${wordsOf(name)}`,
  heals: 'started again',
  lastsMs: [3000, 6000],
  ...(killedMs === undefined ? {} : { targetMs: killedMs }),
  async begin(scene, dice) {
    const victim = await pick(scene, dice);
    await victim.kill();
    return { hit: victim.id, heal: () => victim.start() };
  },
});

const stopOf = ({ name, pick, goneMs }: Choice): Fault => ({
  name: `stop-${name}`,
  does: `SIGSTOP of ${wordsOf(name)} for 1-10 s`,
  heals: 'SIGCONT',
  lastsMs: [1000, 10_000],
  ...(goneMs === undefined ? {} : { targetMs: goneMs }),
  async begin(scene, dice) {
    const victim = await pick(scene, dice);
    await victim.kill('SIGSTOP');
    return { hit: victim.id, heal: () => victim.kill('SIGCONT') };
  },
});

const specialNames: Readonly<Record<string, string>> = {
  'hot-holder': 'the holder of the hot room',
  'stream-leader': "the leader of the hot room's stream",
  'nats-follower': "a follower of the hot room's stream",
  redis: 'Redis',
  cassandra: 'Cassandra',
};
const wordsOf = (name: string): string => specialNames[name] ?? `a process of ${name}`;

/** Each kind of process, ours and theirs. */
export const processFaults: readonly Fault[] = [...choices.map(killOf), ...choices.map(stopOf)];
