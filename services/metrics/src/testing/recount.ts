import { timeOfPosition } from '@plaza/domain';
import type { Log, StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';

export interface Truth {
  messages: number;
  entries: number;
  readonly accounts: Set<string>;
}
/** By `kind start`, then room. */
export type Recount = Map<string, Map<string, Truth>>;

/**
 * What a whole log comes to, added up anew: by hour and by day of a zone without summer time. Who a tally is about is not in the log, only their
 * sketch: `activeIn` names the accounts of a record by its id.
 */
export async function recount(log: Log, zoneMs: number, activeIn: ReadonlyMap<string, readonly string[]>): Promise<Recount> {
  const all: Recount = new Map();
  const add = (atMs: number, room: string, change: (truth: Truth) => void): void => {
    for (const [kind, length] of [
      ['hour', 3_600_000],
      ['day', 86_400_000],
    ] as const) {
      const name = `${kind} ${Math.floor((atMs + zoneMs) / length) * length - zoneMs}`;
      const rooms = all.get(name) ?? new Map<string, Truth>();
      const truth = rooms.get(room) ?? { messages: 0, entries: 0, accounts: new Set<string>() };
      change(truth);
      all.set(name, rooms.set(room, truth));
    }
  };
  for (const { bytes } of await everything(log)) {
    const { id, timeMs, batches } = LogRecord.decode(bytes);
    for (const { room, events, tally } of batches) {
      for (const { position, event } of events) {
        const { kind } = Event.decode(event);
        if (kind?.$case !== 'message') continue;
        add(timeOfPosition(position), room, (truth) => {
          truth.messages++;
          truth.accounts.add(kind.value.account);
        });
      }
      if (tally === undefined) continue;
      add(timeMs, room, (truth) => {
        truth.entries += tally.enters;
        for (const account of activeIn.get(id) ?? []) truth.accounts.add(account);
      });
    }
  }
  return all;
}

async function everything(log: Log): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let shard = 0; shard < log.shards; shard++) {
    for (let from = 1; ;) {
      const portion = await log.read(shard, from, 500);
      if (portion.length === 0) break;
      records.push(...portion);
      from = portion.at(-1)!.sequence + 1;
    }
  }
  return records;
}
