/**
 * Every way to say no, in one list: what the client is told, and how each border says it. A refusal is a value; only broken
 * infrastructure throws. `close` is the WebSocket code where the connection cannot go on, 0 where it can.
 */
export const refusals = {
  'bad-frame': { http: 400, close: 4400, why: 'the frame is not a client frame' },
  'bad-request': { http: 400, close: 0, why: 'a field is missing or out of its range' },
  'too-large': { http: 413, close: 0, why: 'a field or frame is over its limit' },
  'bad-token': { http: 401, close: 4401, why: 'the token is not valid' },
  'token-expired': { http: 401, close: 4402, why: 'the token has expired' },
  'not-authenticated': { http: 401, close: 0, why: 'authenticate first' },
  'not-allowed': { http: 403, close: 0, why: 'this role or token may not do that' },
  'anonymous-refused': { http: 403, close: 0, why: 'the room takes no anonymous guests' },
  blocked: { http: 403, close: 0, why: 'the account is blocked in this room' },
  muted: { http: 403, close: 0, why: 'the account is muted in this room' },
  'timed-muted': { http: 403, close: 0, why: 'the account is muted for a time' },
  'room-muted': { http: 403, close: 0, why: 'the room is muted' },
  'tag-muted': { http: 403, close: 0, why: 'a tag of this session is muted' },
  'muted-everywhere': { http: 403, close: 0, why: 'the account is muted in all rooms' },
  disabled: { http: 403, close: 4405, why: 'the account is disabled' },
  'entry-refused': { http: 403, close: 0, why: 'entry is refused for a while after a kick' },
  'device-blocked': { http: 403, close: 0, why: 'the device is blocked in this room' },
  'too-many-devices': { http: 409, close: 0, why: 'the account is in the room with as many devices as it may' },
  'other-device': { http: 409, close: 0, why: 'another device of the account entered the room' },
  'auth-denied': { http: 403, close: 0, why: 'the platform does not let this account in' },
  'auth-unavailable': { http: 503, close: 4506, why: 'the platform cannot be asked who this is; come back' },
  'slow-mode': { http: 429, close: 0, why: 'the room is in slow mode' },
  'same-text': { http: 429, close: 0, why: 'the same text was sent just now' },
  'too-early': { http: 403, close: 0, why: 'who has just entered may not send yet' },
  'gate-closed': { http: 403, close: 0, why: 'only accounts with a certain label may send' },
  'blocked-term': { http: 422, close: 0, why: 'the message has a blocked term' },
  'link-refused': { http: 422, close: 0, why: 'the room takes no links' },
  'over-budget': { http: 429, close: 0, why: 'the room has as many messages of this class as it may' },
  'too-late': { http: 409, close: 0, why: 'the message is too old to be taken back' },
  'no-queue': { http: 409, close: 0, why: 'the room has no queue' },
  'queue-full': { http: 409, close: 0, why: 'the queue is full' },
  'owner-absent': { http: 409, close: 0, why: 'a transient element needs an owner who is in the room' },
  'revision-conflict': { http: 409, close: 0, why: 'it has another revision' },
  'too-many': { http: 409, close: 0, why: 'there are as many as there may be' },
  'room-closed': { http: 409, close: 0, why: 'the room is closed' },
  'not-found': { http: 404, close: 0, why: 'there is no such room or member' },
  'not-joined': { http: 409, close: 0, why: 'join the room first' },
  exists: { http: 409, close: 0, why: 'it exists already' },
  'too-many-members': { http: 409, close: 0, why: 'the room has as many permanent members as it may' },
  'too-many-rooms': { http: 409, close: 0, why: 'the connection is in as many rooms as it may' },
  'rate-limited': { http: 429, close: 0, why: 'too many frames or messages' },
  'same-command': { http: 409, close: 0, why: 'the command id was used for another command' },
  kicked: { http: 403, close: 4403, why: 'removed from the room' },
  replaced: { http: 409, close: 4409, why: 'the same device connected again' },
  'edge-full': { http: 503, close: 4503, why: 'this edge takes no more connections' },
  draining: { http: 503, close: 4504, why: 'this edge is going away; come back' },
  'too-slow': { http: 0, close: 4508, why: 'the connection reads too slowly; come back' },
} as const satisfies Record<string, { http: number; close: number; why: string }>;

export type RefusalCode = keyof typeof refusals;

export interface Refusal {
  readonly code: RefusalCode;
  readonly why: string;
  readonly retryAfterMs?: number;
}

/** `why` says what exactly: the field and its limit, the seconds left. The catalogue's sentence stands where nothing more is known. */
export const refuse = (code: RefusalCode, why: string = refusals[code].why, retryAfterMs?: number): Refusal =>
  retryAfterMs === undefined ? { code, why } : { code, why, retryAfterMs };
