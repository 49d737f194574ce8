import type { RoomPlan } from '../records.js';
import { Prng } from './prng.js';

export interface ClientPlan {
  readonly client: string;
  readonly account: string;
  readonly device: string;
  readonly tags: readonly string[];
  /** Of the rooms that it wants to be in all the time. */
  readonly rooms: readonly string[];
}

export interface Plan {
  readonly rooms: readonly RoomPlan[];
  readonly clients: readonly ClientPlan[];
  /** Accounts by room. */
  readonly accounts: ReadonlyMap<string, readonly string[]>;
}

export interface PlanOptions {
  readonly seed: number;
  readonly rooms: number;
  readonly sockets: number;
  readonly hotShare: number;
  /** Makes the names of this run its own. */
  readonly run: string;
}

/** Of tokens; a client has some of them. */
export const tags = ['red', 'blue', 'vip', 'front row'];
/** One socket in so many is the second device of the account before it. */
const secondDevice = 12;

/** Who is where: the first socket of each room is its creator's, `hotShare` of the rest are in the first room, and some are in several. */
export function planOf({ seed, rooms, sockets, hotShare, run }: PlanOptions): Plan {
  const prng = new Prng(seed, 'plan');
  const names = Array.from({ length: rooms }, (_, i) => `${run}-${i}`);
  const clients: ClientPlan[] = [];
  for (let i = 0; i < sockets; i++) {
    const before = clients.at(-1);
    const isSecond = i >= rooms && i % secondDevice === 0 && before !== undefined;
    const account = isSecond ? before.account : `${run}-a${i}`;
    clients.push({
      client: `c${i}`,
      account,
      device: `d${i}`,
      tags: isSecond ? before.tags : tags.filter(() => prng.chance(0.4)),
      rooms: isSecond ? before.rooms : roomsOf(i, names, hotShare, prng),
    });
  }
  const plans = names.map((room, i) => ({ room, creator: clients[i]!.account, hot: i === 0 }));
  const accounts = names.map((room) => {
    const inside = clients.filter((client) => client.rooms.includes(room));
    return [room, [...new Set(inside.map(({ account }) => account))]] as const;
  });
  return { rooms: plans, clients, accounts: new Map(accounts) };
}

function roomsOf(i: number, names: readonly string[], hotShare: number, prng: Prng): string[] {
  const own = i < names.length ? names[i]! : prng.chance(hotShare) ? names[0]! : names[prng.between(0, names.length - 1)]!;
  const more = prng.chance(0.2) ? [names[prng.between(0, names.length - 1)]!] : [];
  return [...new Set([own, ...more])];
}
