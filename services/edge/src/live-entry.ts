import { matchesAudience } from '@plaza/domain';
import { batchesToJson, readLiveSegments, type LiveHeader, type Segment } from '@plaza/protocol';
import { advanceFrame, trimmedBatch } from './frames.js';
import type { RingEntry, View } from './ring.js';
import type { TagGroup } from './tag-groups.js';

/** What everybody in the room gets alike. */
class PlainView implements View {
  #json: string | undefined;

  constructor(readonly bytes: Uint8Array) {}

  get json(): string {
    return (this.#json ??= batchesToJson(this.bytes));
  }
}

/**
 * A live frame as an entry of the ring, for a reader at `prev`: without what it has where it stands inside the batch. A frame whose segments are for different
 * audiences has a view for each group of tags, made when the first of the group needs it: the segments for it, and for each other one a batch without
 * events that leads over it. Throws BadFrame.
 */
export function entryOf(room: string, header: LiveHeader, bytes: Uint8Array, prev: number, nowMs: number, keptMs: number): RingEntry {
  const segments = readLiveSegments(bytes);
  const common = { prev: Math.max(prev, header.prev), last: header.last, atMs: nowMs, keepUntilMs: nowMs + keptMs };
  const cut = (frame: Uint8Array): Uint8Array => (prev > header.prev ? trimmedBatch(frame, prev) : frame);
  if (segments.every(({ audience }) => audience === '')) {
    const ready = segments.length === 1 ? cut(segments[0]!.bytes) : cut(joined(segments.map((segment) => segment.bytes)));
    const view = new PlainView(segments.length === 0 ? advanceFrame(room, common.prev, header.last) : ready);
    return { ...common, bytes: view.bytes.length, mixed: false, view: () => view };
  }
  const views = new Map<string, View>();
  const size = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  const view = ({ key, tags }: TagGroup): View => {
    let known = views.get(key);
    if (known === undefined) views.set(key, (known = new PlainView(cut(joined(partsFor(room, header.prev, segments, tags))))));
    return known;
  };
  return { ...common, bytes: size, mixed: true, view };
}

function partsFor(room: string, prev: number, segments: readonly Segment[], tags: ReadonlySet<string>): Uint8Array[] {
  let from = prev;
  return segments.map(({ audience, last, bytes }) => {
    const part = matchesAudience(audience, tags) ? bytes : advanceFrame(room, from, last);
    from = last;
    return part;
  });
}

/** Frames behind each other are one frame (client.proto, ServerFrame). */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Each follows the one before it, and the last leads to `end`. */
export const isChain = (entries: readonly RingEntry[], end: number): boolean =>
  entries.every((entry, i) => entry.last === (entries[i + 1]?.prev ?? end));
