/** Names of things. Each is a string or number with a brand, made only by its parser, so that a raw input cannot pass for a checked id. */
declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** 1-64 of `A-Z a-z 0-9 _ -`. */
export type RoomId = Branded<string, 'RoomId'>;
/** 1-64 of `A-Z a-z 0-9 _ - . @ :`. Belongs to the platform; never registered first. */
export type AccountId = Branded<string, 'AccountId'>;
/** 0 .. shards - 1, fixed at cluster birth. */
export type Shard = number;
/** An event's place in its room: an integer below 2^53; 0 is before every event. */
export type Position = number;

const roomId = /^[A-Za-z0-9_-]{1,64}$/;
const accountId = /^[A-Za-z0-9_\-.@:]{1,64}$/;

export const parseRoomId = (text: string): RoomId | undefined => (roomId.test(text) ? (text as RoomId) : undefined);
export const parseAccountId = (text: string): AccountId | undefined => (accountId.test(text) ? (text as AccountId) : undefined);

/** A position as clients write message ids: a decimal integer below 2^53, above 0. */
export function parsePosition(text: string): Position | undefined {
  const position = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(position) ? position : undefined;
}

/** The pseudo-room with what holds for accounts in all rooms; no room of the platform can have this id. */
export const accountsRoom = 'accounts:' as RoomId;
/** As `parseRoomId`, and the room of accounts: for what comes from our own processes. */
export const parseRoomKey = (text: string): RoomId | undefined => (text === accountsRoom ? accountsRoom : parseRoomId(text));

/** Anonymous guests get their accounts from Plaza; no token may carry such an account. */
export const isAnonymousAccount = (account: string): boolean => account.startsWith('anon-');
