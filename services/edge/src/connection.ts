import { serverFrameToJson } from '@plaza/protocol';
import type { Capability } from '@plaza/kit';
import { Role, type Label } from '@plaza/proto/client';
import { goAwayFrame } from './frames.js';
import { shortAddress } from './short-address.js';
import type { Bucket } from './rate-bucket.js';
import type { Session } from './session.js';

/** What the edge needs of a WebSocket. */
export interface Socket {
  /** 1: gone out. 0: part of it waits in a buffer. 2: not taken, the buffer is full. */
  send(message: Uint8Array | string, isBinary: boolean): number;
  getBufferedAmount(): number;
  /** Of the other end, in its long form. */
  getRemoteAddressAsText(): ArrayBuffer;
  /** Sends a close frame and closes; `closed` is called before this returns. */
  end(code: number, reason: string): void;
}

/** What the upgrade request said. */
export interface Hello {
  readonly json: boolean;
  readonly token: string;
  readonly rooms: readonly string[];
  readonly deviceId: string;
  readonly deviceKind: string;
}

const tooSlowCode = 4508;
const noSessions: readonly Session[] = [];
/** Most have none, and share that. */
export const noTags: readonly string[] = [];
export const noLabels: readonly Label[] = [];
const utf8 = new TextDecoder();

/**
 * One socket and who is behind it. There may be twenty thousand: no closure, timer, Map or Date is kept per connection; whatever is due by time
 * is found by the sweep.
 */
export class Connection implements Bucket {
  // What the drain looks at comes first: one line of the processor's cache.
  socket: Socket | undefined = undefined;
  /** Bytes wait in its buffer: the drain passes it over until they have gone. */
  blocked = false;
  /** Its place in the list of all connections. */
  index = -1;
  /** Empty until it has authenticated or entered a room as an anonymous guest. */
  account = '';
  anonymous = false;
  capabilities: readonly Capability[] | undefined = undefined;
  /** The only rooms that its token opens; undefined: all. */
  rooms: readonly string[] | undefined = undefined;
  tokenExpiresMs = 0;
  deviceId: string;
  deviceKind: string;
  nickname = '';
  avatar = '';
  tags = noTags;
  labels = noLabels;
  roleHint: Role = Role.ROLE_UNSPECIFIED;
  /** It was told that its token ends soon. */
  warned = false;
  /** While the platform's keys are asked who it is: frames that have to wait for the answer. */
  waiting: { readonly message: ArrayBuffer; readonly isBinary: boolean }[] | undefined = undefined;
  /** A new list with each change, just as long as it has to be: one that is pushed to has sixteen places at once, 0.1 KB a socket. */
  sessions: readonly Session[] = noSessions;
  /** Since when it is blocked; 0: it is not. */
  blockedSinceMs = 0;
  /** Its rate bucket. */
  tokens: number;
  filledMs: number;
  /** Frames over its rate, in all. */
  overRate = 0;
  /** Malformed frames in a row. */
  malformed = 0;
  /** Commands without an answer yet. */
  unanswered = 0;

  constructor(
    readonly json: boolean,
    hello: Pick<Hello, 'deviceId' | 'deviceKind'>,
    bucket: Bucket,
    readonly openedMs: number,
  ) {
    this.deviceId = hello.deviceId;
    this.deviceKind = hello.deviceKind;
    this.tokens = bucket.tokens;
    this.filledMs = bucket.filledMs;
  }

  get open(): boolean {
    return this.socket !== undefined;
  }

  /** The other end of its socket; empty: it has gone. */
  get address(): string {
    return this.socket === undefined ? '' : shortAddress(utf8.decode(this.socket.getRemoteAddressAsText()));
  }

  sessionIn(room: string): Session | undefined {
    for (const session of this.sessions) if (session.feed.room === room) return session;
    return undefined;
  }

  remember(session: Session): void {
    this.sessions = this.sessions.concat(session);
  }

  forget(session: Session): void {
    this.sessions = this.sessions.filter((other) => other !== session);
  }

  /** Writes what is in the connection's own format already. False: not taken, try again when it is no longer blocked. */
  write(message: Uint8Array): boolean {
    if (this.socket === undefined) return false;
    const status = this.socket.send(message, !this.json);
    if (status === 1) return true;
    this.blocked = true;
    return status === 0;
  }

  /** Sends an encoded ServerFrame that nobody would send again: a connection that cannot take it is closed. Nothing happens when it is closed already. */
  send(frame: Uint8Array): void {
    if (this.socket === undefined) return;
    const status = this.json ? this.socket.send(serverFrameToJson(frame), false) : this.socket.send(frame, true);
    if (status === 1) return;
    this.blocked = true;
    if (status === 2) this.close(tooSlowCode, 'too-slow');
  }

  /** Says why and when to come back (absent: do not), then closes. */
  goAway(code: number, reason: string, retryAfterMs?: number): void {
    if (this.socket === undefined) return;
    const frame = goAwayFrame(code, reason, retryAfterMs);
    this.socket.send(this.json ? serverFrameToJson(frame) : frame, !this.json);
    this.close(code, reason);
  }

  close(code: number, reason: string): void {
    this.socket?.end(code, reason);
  }
}
