import { refusals } from '@plaza/domain';

/** What only the HTTP border says; everything else is in the catalogue of refusals. */
const own = {
  'bad-api-key': { http: 401, why: 'an API key is needed: Authorization: Bearer <key>' },
  scope: { http: 403, why: 'the API key does not allow that' },
  'not-ready': { http: 409, why: 'the process takes nothing now' },
  'last-edge': { http: 409, why: 'no other edge takes clients' },
  'unsupported-media-type': { http: 415, why: 'bodies are application/json' },
  unavailable: { http: 503, why: 'not known now; ask again with the same Idempotency-Key' },
  internal: { http: 500, why: 'something is broken here; the log has it under this request id' },
} as const;

export type ProblemCode = keyof typeof own | keyof typeof refusals;

/** An answer that says no (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly retryAfterMs?: number;
}

const catalogue: Readonly<Record<string, { readonly http: number; readonly why: string }>> = { ...refusals, ...own };

/** A code that a newer room-state knows and this process does not is still a refusal: 409. */
export function problem(code: ProblemCode | (string & {}), detail?: string, retryAfterMs?: number): Problem {
  const known = catalogue[code] ?? { http: 409, why: 'refused' };
  const said = detail === undefined || detail === '' ? known.why : detail;
  const fields = { status: known.http === 0 ? 409 : known.http, code, title: known.why, detail: said };
  return retryAfterMs === undefined ? fields : { ...fields, retryAfterMs };
}

/** How long an asker waits where nobody can say. */
const retryMs = 1000;

export const unavailable = (detail: string, retryAfterMs: number = retryMs): Problem => problem('unavailable', detail, retryAfterMs);

/** The body as it goes out. */
export const problemBody = (said: Problem): Record<string, unknown> => ({ type: `urn:plaza:${said.code}`, ...said });

/** Whole seconds, rounded up, as `Retry-After` has them. */
export const retryAfterSeconds = (retryAfterMs: number): number => Math.max(1, Math.ceil(retryAfterMs / 1000));
