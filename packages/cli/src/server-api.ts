import { randomUUID } from 'node:crypto';
import { causeOf } from '@plaza/kit';

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** The server API said no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    readonly refusal: string,
    detail: string,
  ) {
    super(`${status} ${refusal}: ${detail}`);
  }
}

/** It cannot be reached, or what answers is not it. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

export interface ServerApiParts {
  readonly url: string;
  readonly apiKey: string;
  readonly wait: (ms: number) => Promise<void>;
  readonly answerMs?: number;
}

export const defaultUrl = 'http://127.0.0.1:7400';
const defaultAnswerMs = 30_000;
/** What may come back later is asked again so often, with the same Idempotency-Key: it has one effect. */
const tries = 5;
const longestPauseMs = 10_000;

/** A running server API. */
export class ServerApi {
  constructor(private readonly parts: ServerApiParts) {}

  /** The answer's JSON. Rejects with Refused or NotReached. */
  async ask<T>({ method, path, body }: Asked): Promise<T> {
    const key = randomUUID();
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send({ method, path, ...(body === undefined ? {} : { body }) }, key);
      const answer = await response.json().catch(() => undefined);
      if (response.ok && typeof answer === 'object' && answer !== null) return answer as T;
      const no = this.#no(response.status, answer);
      const pauseMs = 1000 * Number(response.headers.get('retry-after'));
      if (attempt === tries || !(pauseMs > 0)) throw no;
      await this.parts.wait(Math.min(pauseMs, longestPauseMs));
    }
  }

  get<T>(path: string): Promise<T> {
    return this.ask({ method: 'GET', path });
  }

  async #send({ method, path, body }: Asked, key: string): Promise<Response> {
    const { url, apiKey, answerMs = defaultAnswerMs } = this.parts;
    const headers = {
      authorization: `Bearer ${apiKey}`,
      ...(method === 'GET' ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      return await fetch(new URL(path, url), { method, headers, ...sent, redirect: 'error', signal: AbortSignal.timeout(answerMs) });
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause ?? error;
      throw new NotReached(`${url} cannot be reached: ${causeOf(cause)}`, { cause });
    }
  }

  #no(status: number, answer: unknown): Error {
    const { code, detail } = (answer ?? {}) as { code?: unknown; detail?: unknown };
    if (typeof code === 'string' && typeof detail === 'string') return new Refused(status, code, detail);
    return new NotReached(`what answers at ${this.parts.url} (${status}) is not a server API of Plaza`);
  }
}

/** A name as a part of a path. */
export const inPath = (name: string): string => encodeURIComponent(name);
