import { Role, ServerFrame } from '@plaza/proto/client';
import { Control, type Removal } from '@plaza/proto/room';
import { encodeBatchFrame, encodeLiveFrame, serverFrameFromJson } from '@plaza/protocol';
import { Connection, type Socket } from './connection.js';
import type { Figures } from './figures.js';
import { RoomFeed, type FeedSurroundings } from './room-feed.js';
import { Ring, type RingLimits } from './ring.js';
import { Session, type Profile } from './session.js';

export const room = 'lobby';

/** Counts by the names of its methods. */
export class CountingFigures implements Figures {
  readonly counts: Record<string, number> = {};
  frame = (): void => this.#add('frame');
  refused = (code: string): void => this.#add(`refused ${code}`);
  wrote = (writes: number): void => this.#add('writes', writes);
  rotated = (): void => this.#add('rotations');
  gap = (): void => this.#add('gaps');
  fill = (): void => this.#add('fills');
  incomplete = (): void => this.#add('incompletes');
  badLiveFrame = (): void => this.#add('badLiveFrames');
  closed = (code: number): void => this.#add(`closed ${code}`);
  loopGap = (): void => this.#add('loopGaps');
  sampled = (): void => this.#add('samples');

  #add(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }
}

/** A socket whose buffer the test fills and empties. */
export class FakeSocket implements Socket {
  readonly sent: (Uint8Array | string)[] = [];
  /** 1: all goes out. 0: all waits. 2: nothing is taken. */
  status = 1;
  buffered = 0;
  closedBy = 0;
  connection: Connection | undefined;

  send(message: Uint8Array | string): number {
    if (this.status !== 2) this.sent.push(message);
    return this.status;
  }

  getBufferedAmount(): number {
    return this.buffered;
  }

  getRemoteAddressAsText(): ArrayBuffer {
    return new TextEncoder().encode('127.0.0.1').buffer;
  }

  end(code: number): void {
    this.closedBy = code;
    if (this.connection !== undefined) this.connection.socket = undefined;
  }

  get frames(): ServerFrame[] {
    return this.sent.map((message) => (typeof message === 'string' ? serverFrameFromJson(message)! : this.#decoded(message)));
  }

  #decoded(bytes: Uint8Array): ServerFrame {
    return this.connection?.json === true ? serverFrameFromJson(new TextDecoder().decode(bytes))! : ServerFrame.decode(bytes);
  }

  /** The positions of all events that it got. */
  get events(): number[] {
    return this.frames.flatMap(({ batches }) => batches.flatMap(({ events }) => events.map(({ position }) => position)));
  }

  /** What it was told that it lacks: behind one position, up to another. */
  get holes(): readonly { readonly after: number; readonly until: number }[] {
    return this.frames.flatMap(({ body }) => (body?.$case === 'incomplete' ? [body.value] : []));
  }

  /** What a client knows of the room after `from`: throws where a batch does not follow; a told hole is no mistake. */
  follow(from: number): { at: number; told: number } {
    let at = from;
    let told = 0;
    for (const { batches, body } of this.frames) {
      for (const { prev, last } of batches) {
        if (prev !== at) throw new Error(`at ${at} came a batch from ${prev}`);
        at = last;
      }
      if (body?.$case !== 'incomplete') continue;
      if (body.value.after !== at) throw new Error(`at ${at} came a hole from ${body.value.after}`);
      at = body.value.until;
      told++;
    }
    return { at, told };
  }
}

export interface Member {
  readonly session: Session;
  readonly connection: Connection;
  readonly socket: FakeSocket;
}

let numbers = 0;

export const profileOf = (more: Partial<Profile> = {}): Profile => ({
  ...{ nickname: '', avatar: '', ext: '', tags: [], labels: [], roleHint: Role.ROLE_UNSPECIFIED, noticeAudience: '' },
  ...more,
});

/** A session in the feed whose socket is the test's. */
export function member(feed: RoomFeed, { account = 'ann', json = false, tags = [] as readonly string[] } = {}): Member {
  const connection = new Connection(json, { deviceId: '', deviceKind: '' }, { tokens: 1, filledMs: 0 }, 0);
  const socket = new FakeSocket();
  connection.account = account;
  connection.socket = socket;
  socket.connection = connection;
  const session = new Session(++numbers, connection, feed, profileOf({ tags }));
  session.state = 'entered';
  session.asked = true;
  connection.remember(session);
  feed.expect(session);
  return { session, connection, socket };
}

export interface LiveOptions {
  readonly bytes?: number;
  readonly flags?: number;
  readonly removals?: Partial<Removal>[];
  readonly head?: number;
  readonly audience?: string;
}

/** A live frame whose batch holds one event of about so many bytes. */
export function live(
  prev: number,
  last: number,
  { bytes = 10, flags = 0, removals = [], head = last, audience = '' }: LiveOptions = {},
): Uint8Array {
  // Field 5 of Event, notify_ext: any text will do.
  const text = new Uint8Array(bytes).fill(97);
  const event = new Uint8Array([...varint(8), ...varint(last), ...varint(42), ...varint(bytes), ...text]);
  return encodeLiveFrame({
    ...{ flags, prev, last, epoch: 1, head, sequence: last, accounts: 1, connections: 1 },
    control: removals.length === 0 ? new Uint8Array(0) : Control.encode(Control.fromPartial({ removals })).finish(),
    segments: [{ audience, last, bytes: encodeBatchFrame({ room, prev, last, events: [event] }) }],
  });
}

/** Events at the positions `at`, for an audience (a tag expression; empty: everybody). */
export interface Part {
  readonly audience: string;
  readonly at: readonly number[];
}

/** A live frame with a segment for each part; what is behind the last one, up to `last`, is for nobody. */
export function liveFor(prev: number, last: number, parts: readonly Part[], control: Partial<Control> = {}): Uint8Array {
  let from = prev;
  const segments = parts.map(({ audience, at }) => {
    const segment = {
      audience,
      last: at.at(-1)!,
      bytes: encodeBatchFrame({ room, prev: from, last: at.at(-1)!, events: at.map(eventAt) }),
    };
    from = segment.last;
    return segment;
  });
  if (from < last && segments.length > 0)
    segments.push({ audience: '', last, bytes: encodeBatchFrame({ room, prev: from, last, events: [] }) });
  return encodeLiveFrame({
    ...{ flags: 0, prev, last, epoch: 1, head: last, sequence: last, accounts: 1, connections: 1, segments },
    control: Control.encode(Control.fromPartial(control)).finish(),
  });
}

const eventAt = (position: number): Uint8Array => new Uint8Array([8, ...varint(position)]);

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return [...bytes, left];
}

export interface Heard {
  readonly wakes: RoomFeed[];
  readonly gaps: RoomFeed[];
  readonly unsure: Session[];
  readonly figures: CountingFigures;
  nowMs: number;
}

export function feedOf(limits?: RingLimits, around: Partial<FeedSurroundings> = {}): { feed: RoomFeed; heard: Heard } {
  const heard: Heard = { wakes: [], gaps: [], unsure: [], figures: new CountingFigures(), nowMs: 1000 };
  const surroundings: FeedSurroundings = {
    now: () => heard.nowMs,
    wake: (feed) => heard.wakes.push(feed),
    gap: (feed) => heard.gaps.push(feed),
    catchUp: () => undefined,
    behind: () => undefined,
    unsure: (session) => heard.unsure.push(session),
    figures: heard.figures,
    ...around,
  };
  return { feed: new RoomFeed(room, 0, surroundings, new Ring(limits)), heard };
}
