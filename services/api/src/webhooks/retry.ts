/** How failed deliveries are tried again. */
export interface RetryPolicy {
  readonly firstMs: number;
  /** The longest wait between two attempts. */
  readonly mostMs: number;
  /** An event this old that could not be delivered becomes a dead letter. */
  readonly giveUpMs: number;
}

export const defaultRetry: RetryPolicy = { firstMs: 1000, mostMs: 3_600_000, giveUpMs: 86_400_000 };

/** The wait after the n-th failure in a row (from 1): doubling, half of it by chance, so that lanes that failed together do not come back together. */
export function waitAfter(failures: number, policy: RetryPolicy, random: number, askedMs = 0): number {
  const wholeMs = Math.min(policy.firstMs * 2 ** Math.min(failures - 1, 40), policy.mostMs);
  return Math.max(Math.floor(wholeMs / 2 + (random * wholeMs) / 2), Math.min(askedMs, policy.mostMs));
}

/** Whether an event is not tried again. `sinceMs`: when it was first due, its own time or, of a replay, when that was asked. */
export const isGivenUp = (sinceMs: number, nowMs: number, policy: RetryPolicy): boolean => nowMs - sinceMs >= policy.giveUpMs;

/** What came of one request. */
export type Posted =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  /** There was no answer; why, in words without the address. */
  | { readonly kind: 'failed'; readonly why: string };

export type Verdict =
  | { readonly kind: 'delivered' }
  /** The endpoint does not want anything any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly why: string; readonly askedMs: number };

export function verdictOf(posted: Posted): Verdict {
  if (posted.kind === 'failed') return { kind: 'failed', why: posted.why, askedMs: 0 };
  const { status, retryAfter } = posted;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === 410) return { kind: 'gone' };
  const why = status >= 300 && status < 400 ? `status ${status}: redirects are not followed` : `status ${status}`;
  return { kind: 'failed', why, askedMs: status === 429 || status === 503 ? secondsOf(retryAfter) * 1000 : 0 };
}

/** `Retry-After` in seconds; dates and nonsense count as not said. */
const secondsOf = (retryAfter: string | undefined): number => (/^\d{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0);

/**
 * Whether an endpoint is down, as far as its deliveries tell: failures of several rooms with no success in between. One room whose deliveries
 * fail is that room's affair. While it is down, one delivery at a time is tried, ever more seldom.
 */
export class EndpointHealth {
  readonly #failed = new Set<string>();
  #failures = 0;
  #probeAtMs = 0;
  #probing = false;

  constructor(
    private readonly policy: RetryPolicy,
    private readonly random: () => number,
  ) {}

  get down(): boolean {
    return this.#failed.size >= roomsOfAnOutage;
  }

  /** Whether a delivery may start. A yes has to be followed by one of the others. */
  allows(nowMs: number): boolean {
    if (!this.down) return true;
    if (this.#probing || nowMs < this.#probeAtMs) return false;
    this.#probing = true;
    return true;
  }

  /** True: it was down and is up again. */
  succeeded(): boolean {
    const wasDown = this.down;
    this.#failed.clear();
    this.#failures = 0;
    this.#probing = false;
    return wasDown;
  }

  failed(room: string, nowMs: number): void {
    if (!this.down) this.#failed.add(room);
    this.#probing = false;
    if (!this.down) return;
    this.#probeAtMs =
      nowMs + waitAfter(++this.#failures, { ...this.policy, mostMs: Math.min(this.policy.mostMs, mostProbeMs) }, this.random());
  }

  /** Nothing was sent after all. */
  passed(): void {
    this.#probing = false;
  }
}

const roomsOfAnOutage = 4;
const mostProbeMs = 60_000;
