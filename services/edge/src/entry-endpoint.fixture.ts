import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EntryAsk } from './entry-callback.js';

/** A web server of the platform's. */
export class Endpoint {
  readonly asked: EntryAsk[] = [];
  readonly requests: { readonly signature: string; readonly body: string; readonly type: string | undefined }[] = [];
  answer: (response: ServerResponse) => void = (response) => void response.end('{"allow":true}');
  readonly #server = createServer((request, response) => void this.#take(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/entry`;
  }

  say(answer: unknown): void {
    this.answer = (response) => void response.end(JSON.stringify(answer));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.requests.push({ signature: String(request.headers['plaza-signature']), body, type: request.headers['content-type'] });
    this.asked.push(JSON.parse(body) as EntryAsk);
    this.answer(response);
  }
}
