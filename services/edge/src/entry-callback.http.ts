import { causeOf, CircuitBreaker, claimsOf, limitedText, signatureOf, type Clock, type Logger } from '@plaza/kit';
import type { EntryAsk, EntryAttributes, EntryCallback, EntryVerdict } from './entry-callback.js';
import { Turns } from './turns.js';

export interface EntryCallbackSettings {
  readonly url: string;
  readonly secret: string;
  readonly deadlineMs: number;
  /** What a failure means: nobody enters, or everybody. */
  readonly onFailure: 'deny' | 'allow';
  readonly concurrency: number;
}

const longestCacheMs = 3_600_000;
const mostCached = 10_000;
const mostAnswerBytes = 16 * 1024;
const longestReason = 256;
const breakerSettings = { failures: 5, openMs: 5000 };
const unavailable: EntryVerdict = { kind: 'unavailable' };

interface Answer {
  readonly verdict: EntryVerdict;
  readonly cacheMs: number;
}

/** By HTTPS, signed; answers are cached for as long as they say, and an endpoint that does not answer is left alone for a while. */
export class HttpEntryCallback implements EntryCallback {
  readonly #breaker = new CircuitBreaker(breakerSettings);
  readonly #cached = new Map<string, { readonly verdict: EntryVerdict; readonly untilMs: number }>();
  readonly #turns: Turns;

  constructor(
    private readonly settings: EntryCallbackSettings,
    private readonly parts: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.#turns = new Turns(settings.concurrency, parts.clock);
  }

  async ask(entry: EntryAsk): Promise<EntryVerdict> {
    const { clock } = this.parts;
    const key = `${entry.room}\n${entry.account}`;
    const cached = this.#cached.get(key);
    if (cached !== undefined && cached.untilMs > clock.now()) return cached.verdict;
    const answer = await this.#guarded(entry);
    if (answer === undefined) return this.settings.onFailure === 'allow' ? { kind: 'allow', attributes: {} } : unavailable;
    if (answer.cacheMs > 0) this.#keep(key, answer);
    return answer.verdict;
  }

  /** Undefined: it was not asked, or its answer is of no use. Waiting for its turn is part of the time that an answer may take. */
  async #guarded(entry: EntryAsk): Promise<Answer | undefined> {
    const { clock } = this.parts;
    const untilMs = clock.now() + this.settings.deadlineMs;
    if (!(await this.#turns.take(this.settings.deadlineMs))) return undefined;
    try {
      return this.#breaker.allows(clock.now()) ? await this.#noted(entry, untilMs) : undefined;
    } finally {
      this.#turns.give();
    }
  }

  /** The breaker learns how it went. */
  async #noted(entry: EntryAsk, untilMs: number): Promise<Answer | undefined> {
    const { clock, logger } = this.parts;
    try {
      const answer = await this.#post(JSON.stringify(entry), Math.max(1, untilMs - clock.now()));
      this.#breaker.succeeded();
      return answer;
    } catch (error) {
      this.#breaker.failed(clock.now());
      logger.warn({ event: 'entry-callback-failed', room: entry.room, cause: causeOf(error) });
      return undefined;
    }
  }

  async #post(body: string, ms: number): Promise<Answer> {
    const { url, secret } = this.settings;
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'plaza-signature': signatureOf(secret, body, this.parts.clock.now()) },
      body,
      signal: AbortSignal.timeout(ms),
    });
    const text = await limitedText(response, mostAnswerBytes);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return answerOf(JSON.parse(text));
  }

  #keep(key: string, { verdict, cacheMs }: Answer): void {
    this.#cached.delete(key);
    this.#cached.set(key, { verdict, untilMs: this.parts.clock.now() + Math.min(cacheMs, longestCacheMs) });
    if (this.#cached.size > mostCached) this.#cached.delete(this.#cached.keys().next().value!);
  }
}

/** Throws where the answer is not in its form: `{allow, reason?, cacheSeconds?, nickname?, avatar?, tags?, labels?, role?}`. */
function answerOf(value: unknown): Answer {
  const { allow, reason = '', cacheSeconds = 0, ...rest } = (value ?? {}) as Record<string, unknown>;
  if (typeof allow !== 'boolean' || typeof reason !== 'string' || !isSeconds(cacheSeconds)) throw new Error('not an answer to an entry');
  const cacheMs = cacheSeconds * 1000;
  if (!allow) return { verdict: { kind: 'deny', reason: [...reason].slice(0, longestReason).join('') }, cacheMs };
  return { verdict: { kind: 'allow', attributes: attributesOf(rest) }, cacheMs };
}

const isSeconds = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** The same fields as in a token, in the same ranges. */
function attributesOf({ nickname, avatar, tags, labels, role }: Record<string, unknown>): EntryAttributes {
  const given = Object.entries({ nick: nickname, avatar, tags, labels, role }).filter(([, field]) => field !== undefined);
  const claims = claimsOf({ sub: 'anybody', exp: 1, ...Object.fromEntries(given) });
  if (claims === undefined) throw new Error('an attribute is out of its range');
  return {
    ...(claims.nickname === undefined ? {} : { nickname: claims.nickname }),
    ...(claims.avatar === undefined ? {} : { avatar: claims.avatar }),
    ...(claims.tags === undefined ? {} : { tags: claims.tags }),
    ...(claims.labels === undefined ? {} : { labels: claims.labels }),
    ...(claims.role === undefined ? {} : { role: claims.role }),
  };
}
