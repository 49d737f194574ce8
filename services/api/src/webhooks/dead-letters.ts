/** Events of one room that an endpoint did not take in time. */
export interface DeadLetter {
  /** Sorts by the time of its burial: `<ms, 13 digits>-<hex>`. */
  readonly id: string;
  readonly endpoint: string;
  readonly room: string;
  /** Positions of its first and last event. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly attempts: number;
  readonly lastError: string;
  /** The events as they are delivered: a JSON list. */
  readonly body: string;
}

/** For how long dead letters are kept. */
export const letterDays = 30;

/** Dead letters by endpoint. Rejects with LettersAway where they cannot be read or written. */
export interface DeadLetters {
  /** Resolves when it is kept for good. */
  bury(letter: DeadLetter): Promise<void>;
  /** Oldest first, at most `limit`, after the letter of an id (empty: from the start); `nowMs` tells which are past their days. */
  list(endpoint: string, after: string, limit: number, nowMs: number): Promise<DeadLetter[]>;
  find(endpoint: string, id: string): Promise<DeadLetter | undefined>;
  /** False: there is none. */
  remove(endpoint: string, id: string): Promise<boolean>;
  /** Lets go of letters buried before a moment; nothing where they go by themselves. */
  trim(beforeMs: number): Promise<void>;
}

export class LettersAway extends Error {
  override readonly name = 'LettersAway';
}

const digits = 13;
export const letterId = (buriedMs: number, random: string): string => `${String(buriedMs).padStart(digits, '0')}-${random}`;
export const buriedMsOf = (id: string): number => Number(id.slice(0, digits));
export const letterIdPattern = /^\d{13}-[0-9a-f]{8}$/;
