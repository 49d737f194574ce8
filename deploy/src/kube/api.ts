import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const answerMs = 30_000;

/** The API server by its own HTTP, for what kubectl has no word for. */
export class KubeApi {
  constructor(
    private readonly port: number,
    private readonly ca: string,
    private readonly token: string,
  ) {}

  /** Resolves with any answer; rejects where there is none. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.#send({ method, path, timeout: answerMs }, text);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    const answer = Buffer.concat(parts).toString('utf8');
    return { status: response.statusCode ?? 0, body: answer.startsWith('{') ? (JSON.parse(answer) as unknown) : answer };
  }

  /** Each event of a watch, in order, until `signal` aborts. */
  async watch(
    path: string,
    signal: AbortSignal,
    event: (event: { readonly type: string; readonly object: unknown }) => void,
  ): Promise<void> {
    const response = await this.#send({ method: 'GET', path, signal });
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (part: string) => {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') event(JSON.parse(line) as { type: string; object: unknown });
    });
  }

  #send(options: RequestOptions, text?: string): Promise<IncomingMessage> {
    const headers = { authorization: `Bearer ${this.token}`, ...(text === undefined ? {} : { 'content-type': 'application/json' }) };
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: this.port, ca: this.ca, headers, agent: false, ...options }, resolve);
      sent.on('timeout', () => sent.destroy(new Error(`${options.method} ${options.path}: no answer in time`)));
      sent.on('error', reject);
      sent.end(text);
    });
  }
}
