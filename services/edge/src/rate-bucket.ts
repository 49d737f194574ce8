export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a bucket keeps; a connection carries these two fields itself. */
export interface Bucket {
  /** In thousandths, so that whole milliseconds give whole numbers. */
  tokens: number;
  filledMs: number;
}

/** One token. */
const one = 1000;

export const fullBucket = (rate: Rate, nowMs: number): Bucket => ({ tokens: rate.burst * one, filledMs: nowMs });

/** Takes one. 0: taken; otherwise how many ms until there will be one. */
export function take(bucket: Bucket, rate: Rate, nowMs: number): number {
  // A clock that was set back gives nothing and takes nothing.
  const elapsedMs = Math.max(0, nowMs - bucket.filledMs);
  bucket.tokens = Math.min(rate.burst * one, bucket.tokens + elapsedMs * rate.perSecond);
  bucket.filledMs = nowMs;
  if (bucket.tokens < one) return Math.ceil((one - bucket.tokens) / rate.perSecond);
  bucket.tokens -= one;
  return 0;
}
