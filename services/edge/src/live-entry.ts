import { matchesAudience } from '@plaza/domain';
import { batchesToJson, readLiveSegments, type LiveHeader, type Segment } from '@plaza/protocol';
import { Advance } from './advance.js';
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

const everybody = [''];
const nobody: readonly string[] = [];

/** What is for everybody alike: one view, the bytes that came. Each frame of most rooms is one, so that it is made of little. */
class PlainEntry implements RingEntry {
  readonly mixed = false;
  readonly audiences: readonly string[];
  readonly bytes: number;
  readonly #view: View;

  constructor(
    readonly prev: number,
    readonly last: number,
    readonly atMs: number,
    readonly keepUntilMs: number,
    view: View,
  ) {
    this.bytes = view.bytes.length;
    this.audiences = view.advance === undefined ? everybody : nobody;
    this.#view = view;
  }

  view(): View {
    return this.#view;
  }
}

/**
 * A frame whose segments are for different audiences: a group sees the segments for it, and for each other one a batch without events that leads over it.
 * Groups for which the same segments are share one view, made when the first of them needs it.
 */
class MixedEntry implements RingEntry {
  readonly mixed = true;
  readonly bytes: number;
  readonly #ofGroup = new WeakMap<TagGroup, View>();
  readonly #ofMatch = new Map<string, View>();

  constructor(
    readonly prev: number,
    readonly last: number,
    readonly atMs: number,
    readonly keepUntilMs: number,
    private readonly room: string,
    /** Where the first segment begins: before `prev`, where that is inside the batch. */
    private readonly start: number,
    private readonly segments: readonly Segment[],
  ) {
    this.bytes = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  }

  get audiences(): readonly string[] {
    return this.segments.map(({ audience }) => audience);
  }

  view(group: TagGroup): View {
    const known = this.#ofGroup.get(group);
    if (known !== undefined) return known;
    const matches = this.segments.map(({ audience }) => matchesAudience(audience, group.tags));
    const key = matches.map(Number).join('');
    const view = this.#ofMatch.get(key) ?? this.#made(matches);
    this.#ofMatch.set(key, view);
    this.#ofGroup.set(group, view);
    return view;
  }

  #made(matches: readonly boolean[]): View {
    if (!matches.includes(true)) return new Advance(this.room, this.prev, this.last);
    return new ReadyView(from(this.prev, this.start, joined(this.#parts(matches))));
  }

  #parts(matches: readonly boolean[]): Uint8Array[] {
    return this.segments.map(({ bytes, last }, i) =>
      matches[i] === true ? bytes : advanceFrame(this.room, this.segments[i - 1]?.last ?? this.start, last),
    );
  }
}

/** The frame of a batch that begins at `start`, for a reader at `prev`: without what it has. */
const from = (prev: number, start: number, frame: Uint8Array): Uint8Array => (prev > start ? trimmedBatch(frame, prev) : frame);

/** A live frame as an entry of the ring, for a reader at `at`, which may be inside the batch. Throws BadFrame. */
export function entryOf(room: string, header: LiveHeader, bytes: Uint8Array, at: number, nowMs: number, keptMs: number): RingEntry {
  const segments = readLiveSegments(bytes);
  const prev = Math.max(at, header.prev);
  if (segments.some(isForSome)) return new MixedEntry(prev, header.last, nowMs, nowMs + keptMs, room, header.prev, segments);
  const view =
    segments.length === 0 ? new Advance(room, prev, header.last) : new ReadyView(from(prev, header.prev, joined(segments.map(bytesOf))));
  return new PlainEntry(prev, header.last, nowMs, nowMs + keptMs, view);
}

const isForSome = ({ audience }: Segment): boolean => audience !== '';
const bytesOf = ({ bytes }: Segment): Uint8Array => bytes;

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
