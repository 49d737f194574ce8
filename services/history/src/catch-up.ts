import type { Clock } from '@plaza/kit';

/** A reader whose records are older is catching up; records wait 0.1 s for their batch, and a write takes some ms. */
const behindMs = 2000;
/**
 * Of the time that a batch took, so much is left to others behind it. A third: a store that was away for an hour is asked for three quarters of what it
 * can take, so pages and live traffic find it free every fourth moment; catching up takes a third longer than without, and still ends wherever the store
 * takes more than four thirds of what is said meanwhile. A fixed rate would be too high for one cluster and too low to ever end in another.
 */
const shareLeft = 1 / 3;
/** A batch that took long did so because the store is slow: then it is slow enough. */
const mostMs = 500;

/** Lets others have the store while a reader catches up. One batch is in hand meanwhile, and nothing is pulled. */
export class CatchUp {
  constructor(private readonly clock: Clock) {}

  /** Called with when the batch was begun and its oldest record written: resolves when the next one may come. */
  async rest(begunMs: number, recordMs: number): Promise<void> {
    const nowMs = this.clock.now();
    const pauseMs = Math.min(mostMs, Math.floor((nowMs - begunMs) * shareLeft));
    if (nowMs - recordMs <= behindMs || pauseMs <= 0) return;
    await new Promise<void>((resolve) => this.clock.after(pauseMs, resolve));
  }
}
