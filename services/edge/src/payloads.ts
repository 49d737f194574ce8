import { jsonBatchFrame, serverFrameToJson } from '@plaza/protocol';
import { Advance, folded } from './advance.js';
import type { Ring, View } from './ring.js';
import type { TagGroup } from './tag-groups.js';

/** One write stays in one cork buffer of uWebSockets (16 KiB), so that it is one system call. */
export const maxWriteBytes = 15 * 1024;

const utf8 = new TextEncoder();

/** What a reader at one position gets in one write: the next entries, and the signal if it has an older one. Made once for all readers there that see the same. */
export class Payload {
  readonly views: readonly View[];
  /** Nothing in it is for these readers: they are only led on. */
  readonly silent: boolean;
  #bytes: Uint8Array | undefined;
  #text: Uint8Array | undefined;
  #behind: Payload | undefined;

  constructor(
    /** The position of a reader before and after it. */
    readonly prev: number,
    readonly last: number,
    /** The serial after the last entry. */
    readonly next: number,
    views: readonly View[],
    private readonly signal: Uint8Array | undefined,
  ) {
    this.views = folded(views);
    this.silent = signal === undefined && this.views.every(({ advance }) => advance !== undefined);
  }

  /** Frames behind each other are one frame (client.proto, ServerFrame). */
  get bytes(): Uint8Array {
    return (this.#bytes ??= joined(this.views, this.signal));
  }

  /** The same for who is at `position` still, because advances up to `prev` waited. The last one asked for is kept: readers wait together. */
  from(position: number, room: string): Payload {
    if (this.#behind?.prev !== position)
      this.#behind = new Payload(position, this.last, this.next, [new Advance(room, position, this.prev), ...this.views], this.signal);
    return this.#behind;
  }

  /** The JSON text of the same frame, in UTF-8, so that it is not transcoded for each socket. */
  get text(): Uint8Array {
    return (this.#text ??= utf8.encode(this.#json()));
  }

  #json(): string {
    if (this.views.length === 0) return serverFrameToJson(this.bytes);
    const batches = jsonBatchFrame(this.views.map(({ json }) => json));
    return this.signal === undefined ? batches : `${batches.slice(0, -1)},${serverFrameToJson(this.signal).slice(1)}`;
  }
}

/** The payload for the readers of a group that want `from` next, up to `to` or what fits into one write. Undefined: `from` is not in the ring. */
export function payloadOf(ring: Ring, from: number, to: number, group: TagGroup, signal?: Uint8Array): Payload | undefined {
  const views = viewsOf(ring, from, to, group, signal?.length ?? 0);
  return views && payloadFrom(ring, from, views, signal);
}

function viewsOf(ring: Ring, from: number, to: number, group: TagGroup, signalBytes: number): View[] | undefined {
  if (from < ring.first || from > to || to > ring.next) return undefined;
  const views: View[] = [];
  let size = signalBytes;
  for (let serial = from; serial < to; serial++) {
    const view = ring.entry(serial)!.view(group);
    size += view.bytes.length;
    if (views.length > 0 && size > maxWriteBytes) break;
    views.push(view);
  }
  return views;
}

function payloadFrom(ring: Ring, from: number, views: readonly View[], signal: Uint8Array | undefined): Payload {
  const next = from + views.length;
  const prev = (views.length > 0 ? ring.entry(from)!.prev : ring.entry(from - 1)?.last) ?? ring.tip;
  const last = views.length > 0 ? ring.entry(next - 1)!.last : prev;
  return new Payload(prev, last, next, views, signal);
}

function joined(views: readonly View[], signal: Uint8Array | undefined): Uint8Array {
  if (views.length === 1 && signal === undefined) return views[0]!.bytes;
  const bytes = new Uint8Array(views.reduce((sum, view) => sum + view.bytes.length, signal?.length ?? 0));
  let at = 0;
  for (const view of views) {
    bytes.set(view.bytes, at);
    at += view.bytes.length;
  }
  if (signal !== undefined) bytes.set(signal, at);
  return bytes;
}

type Places = Map<number, Payload | undefined>;

/**
 * The payloads of one room, kept as long as neither ring nor signal change. Slow readers stand at several places, so there is one for each. Where everybody has
 * been served they are let go, maps and all: with a thousand rooms of a few sockets each they lived until the next message otherwise, which is long enough
 * for V8 to move them twice and keep them until a major collection: a third of what it kept so.
 */
export class Payloads {
  #common: Places | undefined;
  #ofGroup: Map<TagGroup, Places> | undefined;
  /** Those of groups by place: groups that see the same share one. */
  #made: Map<number, { readonly views: readonly View[]; readonly payload: Payload }[]> | undefined;
  #next = -1;
  #first = -1;
  #signal: Uint8Array | undefined;

  constructor(private readonly ring: Ring) {}

  /** For readers that want the serial `from`; `signal`: the room's newest; `wantsSignal`: they have an older one. Looking up what was made allocates nothing. */
  at(from: number, group: TagGroup, signal: Uint8Array | undefined, wantsSignal: boolean): Payload | undefined {
    this.#keepUp(signal);
    const place = wantsSignal ? -1 - from * 2 : from * 2;
    const mixed = this.ring.isMixed(from);
    const places = mixed ? this.#placesOf(group) : (this.#common ??= new Map<number, Payload | undefined>());
    const known = places.get(place);
    if (known !== undefined || places.has(place)) return known;
    const told = wantsSignal ? signal : undefined;
    const payload = mixed ? this.#shared(place, from, group, told) : payloadOf(this.ring, from, this.ring.next, group, told);
    places.set(place, payload);
    return payload;
  }

  /** Places and groups for which something is kept. */
  get size(): number {
    return (this.#common?.size ?? 0) + (this.#ofGroup?.size ?? 0);
  }

  /** Nobody needs them now. */
  forget(): void {
    this.#common = undefined;
    this.#ofGroup = undefined;
    this.#made = undefined;
  }

  #placesOf(group: TagGroup): Places {
    this.#ofGroup ??= new Map<TagGroup, Places>();
    let places = this.#ofGroup.get(group);
    if (places === undefined) this.#ofGroup.set(group, (places = new Map<number, Payload | undefined>()));
    return places;
  }

  #shared(place: number, from: number, group: TagGroup, signal: Uint8Array | undefined): Payload | undefined {
    const views = viewsOf(this.ring, from, this.ring.next, group, signal?.length ?? 0);
    if (views === undefined) return undefined;
    this.#made ??= new Map<number, { readonly views: readonly View[]; readonly payload: Payload }[]>();
    const made = this.#made.get(place) ?? [];
    const same = made.find((other) => other.views.length === views.length && other.views.every((view, i) => view === views[i]));
    if (same !== undefined) return same.payload;
    const payload = payloadFrom(this.ring, from, views, signal);
    this.#made.set(place, [...made, { views, payload }]);
    return payload;
  }

  #keepUp(signal: Uint8Array | undefined): void {
    if (this.#next === this.ring.next && this.#first === this.ring.first && this.#signal === signal) return;
    this.#next = this.ring.next;
    this.#first = this.ring.first;
    this.#signal = signal;
    this.forget();
  }
}
