import { positionAt } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import { accountsIn } from './accounts-in.js';
import type { MessageRow, MessageStore, Removal } from './message-store.js';
import type { Recall } from './rows.js';

const rowsAtOnce = 500;

/** Takes recalled messages out of the store: one by its position, or those of an account, found by walking the room from that moment on. */
export async function takeBack(store: MessageStore, recall: Recall): Promise<void> {
  const { room, position, timeMs } = recall;
  if (position > 0) return store.remove([{ room, position, bucket: undefined, timeMs }]);
  let after = Math.max(0, positionAt(recall.sinceMs) - 1);
  for (;;) {
    const rows = await store.page({ room, before: undefined, after, limit: rowsAtOnce });
    const meant = rows.filter((row) => isMeant(row, recall));
    await store.remove(meant.map(({ position: place, bucket }): Removal => ({ room, position: place, bucket, timeMs })));
    if (rows.length < rowsAtOnce || rows.at(-1)!.position >= recall.at) return;
    after = rows.at(-1)!.position;
  }
}

/** Whether a recall of an account's messages is of this row. */
function isMeant({ event: bytes, position }: MessageRow, { account, at, everything }: Recall): boolean {
  if (position >= at) return false;
  const event = Event.decode(bytes);
  const { kind } = event;
  if (everything) return accountsIn(event).includes(account);
  return kind?.$case === 'message' && kind.value.account === account;
}

/** Whether one of these recalls takes a row back that the store may still have. */
export const isTakenBack = (row: MessageRow, recalls: readonly Recall[]): boolean =>
  recalls.some((recall) =>
    recall.position > 0 ? row.position === recall.position : row.position >= positionAt(recall.sinceMs) && isMeant(row, recall),
  );
