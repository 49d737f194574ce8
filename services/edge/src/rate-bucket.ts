export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a bucket keeps; a connection carries these two fields itself. */
export interface Bucket {
  tokens: number;
  filledMs: number;
}

export const fullBucket = (rate: Rate, nowMs: number): Bucket => ({ tokens: rate.burst, filledMs: nowMs });

/** Takes one. 0: taken; otherwise how many ms until there will be one. */
export function take(bucket: Bucket, rate: Rate, nowMs: number): number {
  // A clock that was set back gives nothing and takes nothing.
  const elapsedMs = Math.max(0, nowMs - bucket.filledMs);
  bucket.tokens = Math.min(rate.burst, bucket.tokens + (elapsedMs * rate.perSecond) / 1000);
  bucket.filledMs = nowMs;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return Math.ceil(((1 - bucket.tokens) * 1000) / rate.perSecond);
}
