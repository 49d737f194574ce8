import type { Live } from '@plaza/bus';
import { shardOf, type RoomId } from '@plaza/domain';
import { ServerFrame, type Event, type Signal, type Skipped } from '@plaza/proto/client';
import { Control } from '@plaza/proto/room';
import { liveFlags, readLiveControl, readLiveHeader, readLiveSegments, type LiveHeader } from '@plaza/protocol';

export interface Heard {
  readonly header: LiveHeader;
  readonly events: readonly Event[];
  readonly signal: Signal | undefined;
  readonly control: Control;
  /** The audience of each segment. */
  readonly audiences: readonly string[];
  /** Of all segments. */
  readonly skipped: readonly Skipped[];
}

export function decodeFrame(frame: Uint8Array): Heard {
  const segments = readLiveSegments(frame);
  const server = segments.map(({ bytes }) => ServerFrame.decode(bytes));
  const signal = server.map(({ body }) => body).find((body) => body?.$case === 'signal');
  return {
    header: readLiveHeader(frame),
    events: server.flatMap(({ batches }) => batches.flatMap(({ events }) => events)),
    signal: signal?.$case === 'signal' ? signal.value : undefined,
    control: Control.decode(readLiveControl(frame)),
    audiences: segments.map(({ audience }) => audience),
    skipped: server.flatMap(({ batches }) => batches.flatMap(({ skipped }) => skipped)),
  };
}

/** An edge's ear on one room: what was published, in order. */
export class Ear {
  readonly heard: Heard[] = [];

  static async on(live: Live, room: string, shards: number): Promise<Ear> {
    const ear = new Ear();
    await live.subscribe(shardOf(room as RoomId, shards), room, (frame) => ear.heard.push(decodeFrame(frame)));
    return ear;
  }

  get batches(): Heard[] {
    return this.heard.filter(({ header }) => (header.flags & liveFlags.signal) === 0);
  }

  get signals(): Signal[] {
    return this.heard.flatMap(({ signal }) => signal ?? []);
  }

  get texts(): string[] {
    return this.batches.flatMap(({ events }) => events).flatMap(textOf);
  }
}

export const textOf = ({ kind }: Event): string[] =>
  kind?.$case === 'message' && kind.value.body?.content?.$case === 'text' ? [kind.value.body.content.value.text] : [];
