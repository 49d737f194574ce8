import type { WebhookEndpoint } from '../platform/endpoint.js';
import type { Readers, RoomAtEnd } from '../readings.js';
import type { LastCall } from '../records.js';
import type { Backend } from '../swarm/backend.js';
import { readAudit } from './audit.js';
import { readCounters } from './counters.js';
import { readHistory } from './history.js';
import { readRoom } from './rooms.js';
import { steadily } from './steadily.js';

const historyWithinMs = 120_000;
const pauseMs = 500;

export interface ToRead {
  readonly backend: Backend;
  readonly endpoint: WebhookEndpoint;
  readonly lastCalls: readonly LastCall[];
  readonly sinceMs: number;
  /** Counters and chains that have been the same for so long are told. */
  readonly steadyMs: number;
}

/**
 * What the API says of the rooms, when the swarm is quiet: as they are, their history and deliveries once they have caught up with the last calls, their
 * counters, what was audited.
 */
export async function readApi({ backend, endpoint, lastCalls, sinceMs, steadyMs }: ToRead): Promise<Required<Omit<Readers, 'log'>>> {
  const rooms = new Map<string, RoomAtEnd>();
  for (const { room } of lastCalls) rooms.set(room, await readRoom(backend, room));
  const history = new Map<string, Awaited<ReturnType<typeof readHistory>>>();
  for (const { room, position } of lastCalls) history.set(room, await caughtUp(backend, room, position));
  const names = new Set(rooms.keys());
  const counters = await steadily(() => readCounters(backend, names, sinceMs), steadyMs);
  const audit = await readAudit(backend, names, steadyMs);
  return { rooms, history, counters, audit, webhooks: await endpoint.reading(lastCalls) };
}

async function caughtUp(backend: Backend, room: string, position: number): Promise<Awaited<ReturnType<typeof readHistory>>> {
  const end = performance.now() + historyWithinMs;
  for (;;) {
    const reading = await readHistory(backend, room);
    if (reading.upTo >= position || performance.now() > end) return reading;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
