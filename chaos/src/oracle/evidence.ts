import type { Readers } from '../readings.js';
import type { Records } from '../records.js';
import { askedBy, type Asked } from './attempts.js';
import { eventsByRoom, type LoggedEvent } from './logged.js';
import { staysOf, type Stays } from './sessions.js';
import { Watch } from './watch.js';

/** What the rules look at: the records and readings, sorted once. */
export interface Evidence {
  readonly records: Records;
  readonly readers: Readers;
  readonly asked: readonly Asked[];
  readonly stays: readonly Stays[];
  /** Every room's events in the order of the log; empty where the log was not read. */
  readonly events: ReadonlyMap<string, readonly LoggedEvent[]>;
  /** What an account asked by this id. */
  askedAs(account: string, commandId: string): Asked | undefined;
  at(room: string, position: number): LoggedEvent | undefined;
  readonly watch: Watch;
}

export function evidenceOf(records: Records, readers: Readers): Evidence {
  const asked = records.clients.flatMap((client) => askedBy(client));
  const byId = new Map(
    asked.filter(({ sent }) => sent.commandId !== '').map((one) => [`${one.client.account}\n${one.sent.commandId}`, one]),
  );
  const events = eventsByRoom(readers.log ?? []);
  const byPosition = new Map([...events].map(([room, list]) => [room, new Map(list.map((event) => [event.position, event]))]));
  return {
    records,
    readers,
    asked,
    stays: records.clients.map((client) => staysOf(client, records.stoppedAt)),
    events,
    askedAs: (account, commandId) => byId.get(`${account}\n${commandId}`),
    watch: new Watch(readers.log ?? [], records.settlingMs),
    at: (room, position) => byPosition.get(room)?.get(position),
  };
}
