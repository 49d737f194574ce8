import { lookup, type LookupAddress } from 'node:dns';
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { causeOf } from '@plaza/kit';
import { isPublic, urlMistake } from './addresses.js';
import type { Posted } from './retry.js';
import type { Post, Sender } from './sender.js';

const mostAnswerBytes = 16 * 1024;
const idleMs = 15_000;

/** By HTTPS (and, where private addresses are allowed, HTTP to this machine), on connections that are kept for a while. */
export class NodeSender implements Sender {
  readonly #agents: { readonly 'https:': Agent; readonly 'http:': PlainAgent };

  constructor(private readonly settings: { readonly privateAllowed: boolean }) {
    const kept = { keepAlive: true, timeout: idleMs, maxFreeSockets: 16 };
    this.#agents = { 'https:': new Agent(kept), 'http:': new PlainAgent(kept) };
  }

  post(post: Post): Promise<Posted> {
    const mistake = urlMistake(post.url, this.settings.privateAllowed);
    if (mistake !== undefined) return Promise.resolve({ kind: 'failed', why: mistake });
    return new Promise((resolve) => this.#send(post, new URL(post.url), resolve));
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #send({ headers, body, deadlineMs }: Post, url: URL, resolve: (posted: Posted) => void): void {
    const options: RequestOptions = {
      method: 'POST',
      agent: this.#agents[url.protocol as 'https:' | 'http:'],
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: this.settings.privateAllowed ? lookup : publicLookup,
      signal: AbortSignal.timeout(deadlineMs),
    };
    const asked = url.protocol === 'https:' ? request(url, options) : plainRequest(url, options);
    asked.on('error', (error) => resolve({ kind: 'failed', why: whyOf(error, deadlineMs) }));
    asked.on('response', (response) => {
      resolve({ kind: 'answered', status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      swallow(response);
    });
    asked.end(body);
  }
}

/** Reads an answer away so that its connection can be used again; a long one loses its connection. */
function swallow(response: IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) response.destroy();
  });
}

const whyOf = (error: Error, deadlineMs: number): string => {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `no answer within ${deadlineMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof AddressClosed ? error.message : `no connection: ${code ?? causeOf(error)}`;
};

class AddressClosed extends Error {
  override readonly name = 'AddressClosed';
}

/** Looks a name up and gives public addresses only: a name that leads inside is refused at each connection, whatever it led to before. */
export const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error !== null) return callback(error, '', 0);
    const open = found.filter(({ address }) => isPublic(address));
    const [first] = open;
    if (first === undefined) return callback(new AddressClosed('the name leads to no public address'), '', 0);
    if (options.all === true) return callback(null, open);
    callback(null, first.address, first.family);
  });
};
