import { jsonBatchFrame, serverFrameToJson } from '@plaza/protocol';
import type { Ring, View } from './ring.js';
import type { TagGroup } from './tag-groups.js';

/** One write stays in one cork buffer of uWebSockets (16 KiB), so that it is one system call. */
export const maxWriteBytes = 15 * 1024;

const utf8 = new TextEncoder();

/** What a reader at one position gets in one write: the next entries, and the signal if it has an older one. Made once for all readers there with the same tags. */
export class Payload {
  #text: Uint8Array | undefined;

  constructor(
    readonly prev: number,
    readonly last: number,
    /** The serial after the last entry. */
    readonly next: number,
    readonly views: readonly View[],
    private readonly signal: Uint8Array | undefined,
    /** Frames behind each other are one frame (client.proto, ServerFrame). */
    readonly bytes: Uint8Array,
  ) {}

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
  if (from < ring.first || from > to || to > ring.next) return undefined;
  const views: View[] = [];
  let size = signal?.length ?? 0;
  for (let serial = from; serial < to; serial++) {
    const view = ring.entry(serial)!.view(group);
    if (views.length > 0 && size + view.bytes.length > maxWriteBytes) break;
    views.push(view);
    size += view.bytes.length;
  }
  const next = from + views.length;
  const prev = (views.length > 0 ? ring.entry(from)!.prev : ring.entry(from - 1)?.last) ?? ring.tip;
  const last = views.length > 0 ? ring.entry(next - 1)!.last : prev;
  return new Payload(prev, last, next, views, signal, joined(views, signal, size));
}

function joined(views: readonly View[], signal: Uint8Array | undefined, size: number): Uint8Array {
  if (views.length === 1 && signal === undefined) return views[0]!.bytes;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const view of views) {
    bytes.set(view.bytes, at);
    at += view.bytes.length;
  }
  if (signal !== undefined) bytes.set(signal, at);
  return bytes;
}

/** The payloads of one room, kept as long as neither ring nor signal change. Slow readers stand at several places, so there is one for each. */
export class Payloads {
  readonly #kept = new Map<string | number, Payload | undefined>();
  #next = -1;
  #first = -1;
  #signal: Uint8Array | undefined;

  constructor(private readonly ring: Ring) {}

  /** For readers that want the serial `from`; `signal`: the room's newest; `wantsSignal`: they have an older one. */
  at(from: number, group: TagGroup, signal: Uint8Array | undefined, wantsSignal: boolean): Payload | undefined {
    this.#keepUp(signal);
    const place = wantsSignal ? -1 - from * 2 : from * 2;
    const key = this.ring.isMixed(from) ? `${place} ${group.key}` : place;
    if (this.#kept.has(key)) return this.#kept.get(key);
    const payload = payloadOf(this.ring, from, this.ring.next, group, wantsSignal ? signal : undefined);
    this.#kept.set(key, payload);
    return payload;
  }

  #keepUp(signal: Uint8Array | undefined): void {
    if (this.#next === this.ring.next && this.#first === this.ring.first && this.#signal === signal) return;
    this.#next = this.ring.next;
    this.#first = this.ring.first;
    this.#signal = signal;
    this.#kept.clear();
  }
}
