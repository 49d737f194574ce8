import type { Shard } from '@plaza/domain';

/** Shards that wait to change hands, and those that do. */
export interface Road {
  readonly waiting: readonly Shard[];
  readonly underWay: Iterable<Shard>;
  /** Events in the shard of late; 0: nobody is known to be there. */
  readonly eventsOf: (shard: Shard) => number;
  /** Its turn may come; until then those behind it go first, but for the other kind. */
  readonly isReady?: (shard: Shard) => boolean;
}

export interface Lanes {
  readonly first: 'busy' | 'idle';
  /** Shards that change hands at once, by their kind: each stands still for as long as it shares the cores with the others. */
  readonly busy: number;
  readonly idle: number;
  /** How many of the later kind may go beside the first one. */
  readonly beside: number;
}

/** The shards whose turn it is now, in order: those that rooms are alive in, the busiest first, and apart from them those that are idle. */
export function turns({ waiting, underWay, eventsOf, isReady = () => true }: Road, lanes: Lanes): Shard[] {
  const kindOf = (shard: Shard): 'busy' | 'idle' => (eventsOf(shard) > 0 ? 'busy' : 'idle');
  const going = { busy: 0, idle: 0 };
  for (const shard of underWay) going[kindOf(shard)]++;
  const byEvents = [...waiting].sort((a, b) => eventsOf(b) - eventsOf(a));
  const queues = { busy: byEvents.filter((shard) => kindOf(shard) === 'busy'), idle: byEvents.filter((shard) => kindOf(shard) === 'idle') };
  const later = lanes.first === 'busy' ? 'idle' : 'busy';
  const isFree = queues[lanes.first].length + going[lanes.first] === 0;
  const take = (kind: 'busy' | 'idle', atOnce: number): Shard[] => queues[kind].filter(isReady).slice(0, Math.max(0, atOnce - going[kind]));
  return [...take(lanes.first, lanes[lanes.first]), ...take(later, isFree ? lanes[later] : Math.min(lanes.beside, lanes[later]))];
}
