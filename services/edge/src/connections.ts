import type { Connection } from './connection.js';
import { frameOf } from './frames.js';

/** A connection that neither authenticates nor enters a room is closed after this. */
const undecidedMs = 10_000;
/** Before its token ends, a client has so long to bring another. */
const warnMs = 30_000;
const code = { undecided: 4401, expired: 4402, slow: 4508 } as const;
/** A slow reader that comes back at once would be slow again. */
const slowRetryMs = 1000;

export interface SlowLimits {
  readonly bufferedBytes: number;
  readonly slowMs: number;
}

/** All sockets of this edge, and what is due on them by time. */
export class Connections {
  readonly #all: Connection[] = [];
  #bufferedBytes = 0;

  constructor(private readonly limits: SlowLimits) {}

  get size(): number {
    return this.#all.length;
  }

  /** Bytes that waited for slow readers at the last sweep. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Any one of them. */
  get newest(): Connection | undefined {
    return this.#all.at(-1);
  }

  /** Everybody who is connected with this account. */
  of(account: string): Connection[] {
    return this.#all.filter((connection) => connection.account === account);
  }

  add(connection: Connection): void {
    connection.index = this.#all.length;
    this.#all.push(connection);
  }

  remove(connection: Connection): void {
    const last = this.#all.pop();
    if (last === undefined || connection.index < 0) return;
    if (last !== connection) {
      this.#all[connection.index] = last;
      last.index = connection.index;
    }
    connection.index = -1;
  }

  /** Once a second: tokens that expired, connections that never said who they are, readers that are too slow. */
  sweep(nowMs: number): void {
    const slow: Connection[] = [];
    for (const connection of [...this.#all]) {
      warnOfExpiry(connection, nowMs);
      if (connection.account === '' && nowMs - connection.openedMs >= undecidedMs) connection.goAway(code.undecided, 'not-authenticated');
      else if (connection.tokenExpiresMs > 0 && nowMs >= connection.tokenExpiresMs) connection.goAway(code.expired, 'token-expired');
      else if (connection.blocked) slow.push(connection);
      else connection.blockedSinceMs = 0;
    }
    this.#closeSlow(slow, nowMs);
  }

  #closeSlow(slow: readonly Connection[], nowMs: number): void {
    const sampled = slow.map((connection) => ({ connection, bytes: connection.socket?.getBufferedAmount() ?? 0 }));
    this.#bufferedBytes = sampled.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { connection, bytes } of sampled.sort((a, b) => b.bytes - a.bytes)) {
      if (connection.blockedSinceMs === 0) connection.blockedSinceMs = nowMs;
      const over = this.#bufferedBytes > this.limits.bufferedBytes;
      if (!over && nowMs - connection.blockedSinceMs < this.limits.slowMs) continue;
      connection.goAway(code.slow, 'too-slow', slowRetryMs);
      this.#bufferedBytes -= bytes;
    }
  }
}

/** Once a token: it can be renewed on the same connection. */
function warnOfExpiry(connection: Connection, nowMs: number): void {
  const leftMs = connection.tokenExpiresMs - nowMs;
  if (connection.tokenExpiresMs === 0 || connection.warned || leftMs <= 0 || leftMs > warnMs) return;
  connection.warned = true;
  connection.send(frameOf({ $case: 'tokenExpires', value: { leftMs } }));
}
