import { toldOrAborted, type Clock } from '@plaza/kit';
import { EntryOutcome, type BulkAnswer, type BulkAsk } from '@plaza/proto/room';
import { LinkBroken, type RoomLink } from './room-gateway.js';
import type { ShardTable } from './shard-table.js';

/** One ask until it is answered: while there is no link, or its process is not the holder, or it breaks before the first answer, `again` is awaited. */
export async function* askHolder(
  linkOf: () => RoomLink | 'closed' | undefined,
  again: () => Promise<void>,
  ask: NonNullable<BulkAsk['ask']>,
  signal: AbortSignal,
): AsyncGenerator<BulkAnswer, void, undefined> {
  for (let link = linkOf(); link !== 'closed' && !signal.aborted; link = linkOf()) {
    let answers = 0;
    try {
      for await (const answer of link?.ask(ask, signal) ?? []) {
        if (isNotHolder(answer)) break;
        answers++;
        yield answer;
        if (answer.done) return;
      }
    } catch (error) {
      if (!(error instanceof LinkBroken) || answers > 0) throw error;
    }
    if (answers > 0) throw new LinkBroken('the shard was lost between answers');
    await again();
  }
  throw new LinkBroken('the asker gave the ask up');
}

/** Resolves when asking again may help: the shard has another holder, or a moment has passed. */
export function changeOf(table: ShardTable, shard: number, clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return toldOrAborted(signal, (told) => {
    const deaf = table.onChange((changed) => {
      if (changed === shard) told();
    });
    const timer = clock.after(ms, told);
    return () => {
      deaf();
      timer.cancel();
    };
  });
}

const isNotHolder = ({ answer }: BulkAnswer): boolean =>
  answer?.$case === 'notHolder' || (answer?.$case === 'query' && answer.value.outcome === EntryOutcome.ENTRY_OUTCOME_NOT_HOLDER);
