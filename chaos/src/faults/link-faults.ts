import type { Prng } from '../swarm/prng.js';
import type { Fault } from './fault.js';
import { ofProcess, type LinkName } from './links.js';
import type { Scene } from './scene.js';
import type { LinkState } from './tcp-proxy.js';

interface Cut {
  readonly name: string;
  readonly does: string;
  readonly state: LinkState | ((dice: Prng) => LinkState);
  readonly lastsMs: readonly [number, number];
  readonly targetMs?: number;
  /** The links, and whose they are. */
  readonly of: (scene: Scene, dice: Prng) => Promise<{ hit: string; matches: (name: LinkName) => boolean }>;
}

const slow = (dice: Prng): LinkState => ({ kind: 'slow', delayMs: dice.between(30, 200) });
const isNats = (id: string): boolean => /^n\d$/.test(id);

const holderToNats: Cut['of'] = async (scene) => {
  const { id } = await scene.holderOfHotRoom();
  return { hit: `${id} -> nats`, matches: ({ from, to }) => from === id && isNats(to) };
};
const everybodyToHolder: Cut['of'] = async (scene) => {
  const { id } = await scene.holderOfHotRoom();
  return { hit: `-> ${id}`, matches: ({ from, to }) => from === '' && to === id };
};
const edgeToNats: Cut['of'] = async (scene, dice) => {
  const { id } = dice.pick(scene.services('edge')) as { id: string };
  return { hit: `${id} -> nats`, matches: ({ from, to }) => from === id && isNats(to) };
};
const clientsToEdge: Cut['of'] = async (scene, dice) => {
  const { id } = dice.pick(scene.services('edge')) as { id: string };
  return { hit: `clients -> ${id}`, matches: ({ from, to }) => from === '' && to === id };
};
const everybodyTo =
  (what: string): Cut['of'] =>
  async () => ({ hit: `-> ${what}`, matches: ({ to }) => to === what });
const all = (pick: (scene: Scene, dice: Prng) => Promise<{ id: string }>): Cut['of'] => {
  return async (scene, dice) => {
    const { id } = await pick(scene, dice);
    return { hit: `${id} <-> everybody`, matches: ofProcess(id) };
  };
};

const cuts: readonly Cut[] = [
  {
    name: 'gone-hot-holder',
    does: "the hot holder's machine is gone: nothing passes to or from it, and nobody is told",
    state: { kind: 'frozen' },
    lastsMs: [10_000, 14_000],
    targetMs: 8000,
    of: all((scene) => scene.holderOfHotRoom()),
  },
  {
    name: 'gone-stream-leader',
    does: "the machine of the hot stream's leader is gone likewise",
    state: { kind: 'frozen' },
    lastsMs: [8000, 14_000],
    targetMs: 8000,
    of: all((scene) => scene.streamLeader()),
  },
  {
    name: 'cut-nats',
    does: 'all links of one nats-server are cut: to the others and to every process',
    state: { kind: 'cut' },
    lastsMs: [3000, 8000],
    targetMs: 8000,
    of: all(async (scene, dice) => dice.pick(scene.nats) as { id: string }),
  },
  { name: 'cut-holder-nats', does: 'the hot holder loses NATS', state: { kind: 'cut' }, lastsMs: [2000, 8000], of: holderToNats },
  { name: 'slow-holder-nats', does: 'slow links of the hot holder to NATS', state: slow, lastsMs: [4000, 8000], of: holderToNats },
  {
    name: 'cut-holder-door',
    does: 'nobody reaches the hot holder by gRPC',
    state: { kind: 'cut' },
    lastsMs: [2000, 6000],
    of: everybodyToHolder,
  },
  {
    name: 'slow-holder-door',
    does: 'slow links of everybody to the hot holder',
    state: slow,
    lastsMs: [4000, 8000],
    of: everybodyToHolder,
  },
  {
    name: 'frozen-holder-door',
    does: 'nothing passes to the hot holder by gRPC',
    state: { kind: 'frozen' },
    lastsMs: [3000, 9000],
    of: everybodyToHolder,
  },
  { name: 'cut-edge-nats', does: 'an edge loses NATS', state: { kind: 'cut' }, lastsMs: [2000, 8000], of: edgeToNats },
  {
    name: 'frozen-edge-nats',
    does: 'nothing passes between an edge and NATS',
    state: { kind: 'frozen' },
    lastsMs: [2000, 8000],
    of: edgeToNats,
  },
  { name: 'cut-clients', does: 'all clients of an edge are cut off', state: { kind: 'cut' }, lastsMs: [1000, 5000], of: clientsToEdge },
  { name: 'slow-clients', does: 'slow links of all clients of an edge', state: slow, lastsMs: [4000, 8000], of: clientsToEdge },
  { name: 'cut-redis', does: 'nobody reaches Redis', state: { kind: 'cut' }, lastsMs: [4000, 10_000], of: everybodyTo('redis') },
  { name: 'frozen-redis', does: 'nothing passes to Redis', state: { kind: 'frozen' }, lastsMs: [4000, 10_000], of: everybodyTo('redis') },
  { name: 'slow-redis', does: 'slow links of everybody to Redis', state: slow, lastsMs: [4000, 8000], of: everybodyTo('redis') },
  {
    name: 'cut-cassandra',
    does: 'nobody reaches Cassandra',
    state: { kind: 'cut' },
    lastsMs: [4000, 12_000],
    of: everybodyTo('cassandra'),
  },
];

/** Links between processes, slowed, frozen and cut by the proxies. */
export const linkFaults: readonly Fault[] = cuts.map(({ name, does, state, lastsMs, targetMs, of }) => ({
  name,
  does,
  heals: 'everything passes again',
  lastsMs,
  ...(targetMs === undefined ? {} : { targetMs }),
  async begin(scene, dice) {
    const { hit, matches } = await of(scene, dice);
    const count = await scene.links.set(matches, typeof state === 'function' ? state(dice) : state);
    if (count === 0) throw new Error(`${hit}: there is no such link`);
    return { hit: `${hit} (${count} links)`, heal: () => scene.links.set(matches, { kind: 'open' }) };
  },
}));
