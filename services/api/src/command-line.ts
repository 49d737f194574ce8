import { causeOf } from '@plaza/kit';

/** What a command printed, and the exit code of its process: 1 was refused or not reached, 2 was not understood. */
export interface Said {
  readonly code: 0 | 1 | 2;
  readonly out: string;
  readonly err: string;
}

/** One request to the server API. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** The command line was not understood. */
export class Misused extends Error {}

export const defaultUrl = 'http://127.0.0.1:7400';
const answerMs = 10_000;

export const isWebUrl = (url: string): boolean => URL.canParse(url) && /^https?:/.test(url);

/** The answer to one request. Rejects, in words, where it was refused or not reached. */
export async function answerOf(url: string, { method, path, body }: Asked, apiKey: string): Promise<unknown> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerMs),
  }).catch((error: unknown) => {
    throw new Error(`${url} cannot be reached: ${causeOf((error as Error).cause ?? error)}`);
  });
  const answer: unknown = await response.json().catch(() => ({ detail: 'this is not the server API' }));
  if (!response.ok) throw new Error(`${response.status}: ${String((answer as { detail?: unknown }).detail)}`);
  return answer;
}
