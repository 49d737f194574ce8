import { ownerOf, type Shard } from '@plaza/domain';

/** What one process knows of the others when it plans. */
export interface Scene {
  readonly me: string;
  readonly shards: number;
  /** Processes that take shards, now or soon: alive and not draining, me included unless I drain. */
  readonly candidates: readonly string[];
  /** Those of them that take none yet: what nobody holds is left to them, but nobody hands over to them. */
  readonly starting: ReadonlySet<string>;
  /** Everybody whose word about shards counts: heard lately, and not known to be dead. */
  readonly alive: ReadonlySet<string>;
  /** Who says that it holds a shard. */
  holderOf(shard: Shard): string | undefined;
  /** Who of these was asked to take a shard, whatever the hash says. */
  wisherOf(shard: Shard, among: readonly string[]): string | undefined;
  /** What I hold. */
  readonly held: ReadonlySet<Shard>;
}

export interface Plan {
  readonly claim: readonly Shard[];
  /** Who holds these lives, and hands them over to me next. */
  readonly coming: readonly Shard[];
  /** Another process should have these, and is there to take them. */
  readonly release: readonly Shard[];
  /** Another process says that it holds what I hold: the log knows. */
  readonly verify: readonly Shard[];
}

/** Each shard belongs to the process that was asked to take it, or that rendezvous hashing names, among those alive. Nobody takes from a holder that lives: it hands over. */
export function plan(scene: Scene): Plan {
  const claim: Shard[] = [];
  const coming: Shard[] = [];
  const release: Shard[] = [];
  const verify: Shard[] = [];
  const ready = scene.candidates.filter((id) => !scene.starting.has(id));
  for (let shard = 0; shard < scene.shards; shard++) {
    if (!scene.held.has(shard)) {
      if (isMine(scene, shard)) (isFree(scene, scene.holderOf(shard)) ? claim : coming).push(shard);
      continue;
    }
    const owner = rightful(scene, shard, ready);
    const holder = scene.holderOf(shard);
    if (owner !== undefined && owner !== scene.me) release.push(shard);
    else if (holder !== undefined && holder !== scene.me && scene.alive.has(holder)) verify.push(shard);
  }
  return { claim, coming, release, verify };
}

/** Whether the plan of now claims this shard. */
export function claims(scene: Scene, shard: Shard): boolean {
  return !scene.held.has(shard) && isFree(scene, scene.holderOf(shard)) && isMine(scene, shard);
}

const isMine = (scene: Scene, shard: Shard): boolean => rightful(scene, shard, scene.candidates) === scene.me;

/** Whether what a former plan claimed may still be taken: who only starts now is left what nobody wanted before. */
export const stillClaims = (scene: Scene, shard: Shard): boolean =>
  claims(scene, shard) || claims({ ...scene, candidates: scene.candidates.filter((id) => !scene.starting.has(id)) }, shard);

const rightful = (scene: Scene, shard: Shard, among: readonly string[]): string | undefined =>
  scene.wisherOf(shard, among) ?? ownerOf(String(shard), among);

const isFree = ({ me, alive }: Scene, holder: string | undefined): boolean => holder === undefined || holder === me || !alive.has(holder);
