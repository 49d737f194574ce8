/** Each socket is led over what was not for it at most so often. */
const leadMs = 1000;
/** Neighbours that are led together, so that one payload does for them, and the parts of a room that take turns in a second: a bit each in 32. */
const placesAPart = 200;
const mostParts = 25;

const everyPart = -1;

/** Into how many parts the places of a room fall, 200 after 200; from 5,000 on a part has several such stretches. */
export const partsOf = (places: number): number => Math.min(mostParts, Math.max(1, Math.ceil(places / placesAPart)));

/** The parts, a bit each, whose turn came after `beforeMs` and up to `nowMs`. */
export function partsDue(parts: number, beforeMs: number, nowMs: number): number {
  const [from, to] = [slotAt(parts, beforeMs), slotAt(parts, nowMs)];
  if (to - from >= parts) return everyPart;
  let due = 0;
  for (let slot = from + 1; slot <= to; slot++) due |= 1 << (slot % parts);
  return due;
}

/** When the turn of the next part comes. */
export const nextPartMs = (parts: number, nowMs: number): number => ((slotAt(parts, nowMs) + 1) * leadMs) / parts;

const slotAt = (parts: number, ms: number): number => Math.floor((ms * parts) / leadMs);

/** Where the drain stands with a room. */
export class Rotation {
  queued = false;
  /** A timer will wake it. */
  timed = false;
  /** The next place to serve; 0: a rotation begins. */
  seat = 0;
  startedMs = 0;
  /** The next one begins not before. */
  notBeforeMs = 0;
  /** Somebody was not served up to the end. */
  behind = false;
  /** The room's newest entry and signal when it began. */
  serial = 0;
  signal = 0;
  /** Who waits to be led over what was not for him is in one of so many parts of the room, and led in the turn of that part. */
  parts = 1;
  due = 0;
  /** Somebody waits for that, and a timer will wake the room for him. */
  owing = false;
  owingTimed = false;

  /** `phaseMs`: where in the second the room's first part has its turn, so that not all rooms have it at once. */
  constructor(private readonly phaseMs = 0) {}

  begin(nowMs: number, places: number): void {
    this.parts = partsOf(places);
    this.due = partsDue(this.parts, this.startedMs - this.phaseMs, nowMs - this.phaseMs);
    this.startedMs = nowMs;
    this.behind = false;
    this.owing = false;
  }

  /** Who is at this place is led on now. */
  leads(place: number): boolean {
    return ((this.due >> (Math.floor(place / placesAPart) % this.parts)) & 1) === 1;
  }

  /** How long it is until the next part has its turn. */
  untilNextPartMs(nowMs: number): number {
    return nextPartMs(this.parts, nowMs - this.phaseMs) - (nowMs - this.phaseMs);
  }
}
