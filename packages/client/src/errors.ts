import type { Refused } from '@plaza/proto/client';

/** The answer was no, and stays no until something changes. The codes are listed in docs/protocol.md. */
export class PlazaRefused extends Error {
  override readonly name = 'PlazaRefused';

  constructor(
    readonly code: string,
    readonly why: string,
    /** When to ask again, where time alone changes the answer. */
    readonly retryAfterMs?: number,
  ) {
    super(`${code}: ${why}`);
  }

  static of({ code, why, retryAfterMs }: Refused): PlazaRefused {
    return new PlazaRefused(code, why, retryAfterMs);
  }
}

/** No answer in time: a command may or may not have been carried out. */
export class PlazaTimeout extends Error {
  override readonly name = 'PlazaTimeout';
}

/** The connection went while an answer was awaited. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The client was closed, or has ended for good: `cause` says why. */
export class PlazaClosed extends Error {
  override readonly name = 'PlazaClosed';
}
