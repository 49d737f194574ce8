import { copied } from '@plaza/kit';
import type { StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { eventKindOf } from '@plaza/protocol';
import type { RoomEvent } from './payload.js';

/** A record of the log as webhooks see it. */
export interface RecordEvents {
  readonly sequence: number;
  readonly shard: number;
  /** When it was written, Unix ms, by its holder's clock. */
  readonly timeMs: number;
  readonly events: readonly RoomEvent[];
}

/** Its events that have a kind, in their order: a room's book-keeping has none. Throws where the bytes are no record. */
export function eventsOf({ bytes, sequence, shard }: StoredRecord): RecordEvents {
  const { timeMs, batches } = Record.decode(bytes);
  const events = batches.flatMap(({ room, events: logged }) =>
    logged.flatMap(({ position, event, audience }): RoomEvent[] => {
      const kind = eventKindOf(Event.decode(event));
      if (kind === undefined) return [];
      const isHidden = audience?.kind?.$case === 'nobody';
      const meant = audience?.kind?.$case === 'tags' ? audience.kind.value : '';
      // A copy: the event is a view into the whole record, which would stay in memory with it.
      return [{ room, sequence, position, kind, event: copied(event), audience: meant, isHidden }];
    }),
  );
  return { sequence, shard, timeMs, events };
}
