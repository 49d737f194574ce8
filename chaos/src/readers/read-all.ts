import type { Readers, RoomAtEnd } from '../readings.js';
import type { LastCall } from '../records.js';
import type { Backend } from '../swarm/backend.js';
import { readCounters } from './counters.js';
import { readHistory } from './history.js';
import { readRoom } from './rooms.js';

const historyWithinMs = 120_000;
const pauseMs = 500;

/**
 * What the API says of the rooms, when the swarm is quiet: as they are, their history once it has caught up with the last calls, their counters.
 * `steadyMs`: counters that have been the same for so long are told.
 */
export async function readApi(
  backend: Backend,
  lastCalls: readonly LastCall[],
  sinceMs: number,
  steadyMs: number,
): Promise<Required<Pick<Readers, 'rooms' | 'history' | 'counters'>>> {
  const rooms = new Map<string, RoomAtEnd>();
  for (const { room } of lastCalls) rooms.set(room, await readRoom(backend, room));
  const history = new Map<string, Awaited<ReturnType<typeof readHistory>>>();
  for (const { room, position } of lastCalls) history.set(room, await caughtUp(backend, room, position));
  return { rooms, history, counters: await steadyCounters(backend, new Set(rooms.keys()), sinceMs, steadyMs) };
}

async function caughtUp(backend: Backend, room: string, position: number): Promise<Awaited<ReturnType<typeof readHistory>>> {
  const end = performance.now() + historyWithinMs;
  for (;;) {
    const reading = await readHistory(backend, room);
    if (reading.upTo >= position || performance.now() > end) return reading;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Once they have been the same for so long. */
async function steadyCounters(
  backend: Backend,
  names: ReadonlySet<string>,
  sinceMs: number,
  steadyMs: number,
): Promise<Awaited<ReturnType<typeof readCounters>>> {
  const end = performance.now() + historyWithinMs;
  let counts = await readCounters(backend, names, sinceMs);
  let changedAt = performance.now();
  while (performance.now() - changedAt < steadyMs && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const now = await readCounters(backend, names, sinceMs);
    if (JSON.stringify(now) === JSON.stringify(counts)) continue;
    counts = now;
    changedAt = performance.now();
  }
  return counts;
}
