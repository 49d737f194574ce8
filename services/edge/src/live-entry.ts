import { matchesAudience } from '@plaza/domain';
import { batchesToJson, readLiveSegments, type LiveHeader, type Segment } from '@plaza/protocol';
import { advanceFrame, trimmedBatch } from './frames.js';
import type { RingEntry, View } from './ring.js';
import type { TagGroup } from './tag-groups.js';

class ReadyView implements View {
  #json: string | undefined;

  constructor(readonly bytes: Uint8Array) {}

  get json(): string {
    return (this.#json ??= batchesToJson(this.bytes));
  }
}

/**
 * The views of a frame whose segments are for different audiences: the segments for a group, and for each other one a batch without events that leads over it.
 * Groups for which the same segments are share one view, made when the first of them needs it.
 */
class MixedViews {
  readonly #ofGroup = new WeakMap<TagGroup, View>();
  readonly #ofMatch = new Map<string, View>();

  constructor(
    private readonly room: string,
    private readonly prev: number,
    private readonly segments: readonly Segment[],
    private readonly cut: (frame: Uint8Array) => Uint8Array,
  ) {}

  of(group: TagGroup): View {
    const known = this.#ofGroup.get(group);
    if (known !== undefined) return known;
    const matches = this.segments.map(({ audience }) => matchesAudience(audience, group.tags));
    const key = matches.map(Number).join('');
    const view = this.#ofMatch.get(key) ?? new ReadyView(this.cut(joined(this.#parts(matches))));
    this.#ofMatch.set(key, view);
    this.#ofGroup.set(group, view);
    return view;
  }

  #parts(matches: readonly boolean[]): Uint8Array[] {
    return this.segments.map(({ bytes, last }, i) =>
      matches[i] === true ? bytes : advanceFrame(this.room, this.segments[i - 1]?.last ?? this.prev, last),
    );
  }
}

/**
 * A live frame as an entry of the ring, for a reader at `prev`: without what it has where it stands inside the batch. One view for everybody where nothing in it
 * is for some only. Throws BadFrame.
 */
export function entryOf(room: string, header: LiveHeader, bytes: Uint8Array, prev: number, nowMs: number, keptMs: number): RingEntry {
  const segments = readLiveSegments(bytes);
  const common = { prev: Math.max(prev, header.prev), last: header.last, atMs: nowMs, keepUntilMs: nowMs + keptMs };
  const cut = (frame: Uint8Array): Uint8Array => (prev > header.prev ? trimmedBatch(frame, prev) : frame);
  if (segments.some(({ audience }) => audience !== '')) {
    const views = new MixedViews(room, header.prev, segments, cut);
    const size = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
    return { ...common, bytes: size, mixed: true, view: (group) => views.of(group) };
  }
  const ready =
    segments.length === 0 ? advanceFrame(room, common.prev, header.last) : cut(joined(segments.map((segment) => segment.bytes)));
  const view = new ReadyView(ready);
  return { ...common, bytes: ready.length, mixed: false, view: () => view };
}

/** Frames behind each other are one frame (client.proto, ServerFrame). */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
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
