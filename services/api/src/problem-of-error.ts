import { problem, type Problem } from './problems.js';

/** The shape of what the HTTP border throws; its errors are of many classes. */
interface Thrown {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly validation?: readonly Issue[];
  readonly validationContext?: string;
}

interface Issue {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: { readonly keys?: unknown; readonly params?: { readonly tooLarge?: boolean } };
}

/** Where a field stands, as the asker wrote it. */
const places: Readonly<Record<string, string>> = { params: 'path', querystring: 'query', headers: 'header', body: 'body' };

/** What an error of the border means to the asker. Undefined: nothing that the asker did; it is broken here. */
export function problemOfError(error: unknown): Problem | undefined {
  const { code, statusCode, message, validation, validationContext = 'body' } = error as Thrown;
  if (validation?.[0] !== undefined) return problemOfIssue(validation[0], places[validationContext] ?? validationContext);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return problem('too-large', 'the body is over its limit');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return problem('unsupported-media-type');
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError) return problem('bad-request', 'the body is not JSON');
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return problem('bad-request', String(message));
  return undefined;
}

function problemOfIssue({ instancePath, message = 'not as expected', params }: Issue, place: string): Problem {
  const field = instancePath === '/' ? place : `${place} field ${instancePath.slice(1).replaceAll('/', '.')}`;
  if (Array.isArray(params.keys))
    return problem('bad-request', `${field}: unknown ${params.keys.map((key) => JSON.stringify(key)).join(', ')}`);
  return problem(params.params?.tooLarge === true ? 'too-large' : 'bad-request', `${field}: ${message}`);
}
