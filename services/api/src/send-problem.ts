import { problemBody, retryAfterSeconds, type Problem } from './problems.js';

/** The part of an HTTP reply that a problem needs. */
export interface Reply<R> {
  code(status: number): R;
  header(name: string, value: string | number): R;
  send(body: string): R;
}

export const problemType = 'application/problem+json';

/** Answers with a problem and the headers that belong to it. */
export function sendProblem<R extends Reply<R>>(reply: R, said: Problem): R {
  if (said.status === 401) reply.header('www-authenticate', 'Bearer realm="plaza"');
  if (said.retryAfterMs !== undefined) reply.header('retry-after', retryAfterSeconds(said.retryAfterMs));
  return reply
    .code(said.status)
    .header('cache-control', 'no-store')
    .header('content-type', problemType)
    .send(JSON.stringify(problemBody(said)));
}
