import { Event } from '@plaza/proto/client';
import { accountsIn } from './accounts-in.js';
import type { MessageRow, MessageStore } from './message-store.js';
import type { RoomIndex } from './room-index.js';
import type { Recall } from './rows.js';

const rowsAtOnce = 500;

interface Stores {
  readonly store: MessageStore;
  readonly index: RoomIndex;
}

/** Rows of a room that name an account, page by page: the index knows the buckets in which there are any. */
async function* rowsNaming({ store, index }: Stores, room: string, account: string): AsyncIterable<MessageRow[]> {
  for (const bucket of await index.bucketsOf(account, room)) {
    for (let after = bucket - 1; ;) {
      const rows = await store.page({ room, before: undefined, after, limit: rowsAtOnce });
      const inside = rows.filter((row) => row.bucket === bucket);
      yield inside.filter(({ event }) => accountsIn(Event.decode(event)).includes(account));
      if (inside.length < rowsAtOnce) break;
      after = inside.at(-1)!.position;
    }
  }
}

/** Takes everything that names an account out of the store, as far as it was before the erasure. Done again, it finds nothing. */
export async function eraseRows(stores: Stores, { room, account, at, timeMs }: Recall): Promise<void> {
  for await (const rows of rowsNaming(stores, room, account)) {
    const meant = rows.filter(({ position }) => position < at);
    await stores.store.remove(meant.map(({ position, bucket }) => ({ room, position, bucket, timeMs })));
  }
}

export async function countRows(stores: Stores, room: string, account: string): Promise<{ messages: number; events: number }> {
  const count = { messages: 0, events: 0 };
  for await (const rows of rowsNaming(stores, room, account)) {
    const messages = rows.filter(({ event }) => Event.decode(event).kind?.$case === 'message').length;
    count.messages += messages;
    count.events += rows.length - messages;
  }
  return count;
}
