import type { Posted } from './retry.js';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly deadlineMs: number;
}

/**
 * Sends one request and waits for its answer, which has no more than a status of interest. Never rejects, ends by its deadline, follows no
 * redirect, and reads of an answer only so much.
 */
export interface Sender {
  post(post: Post): Promise<Posted>;
  /** Lets go of idle connections. */
  close(): void;
}
