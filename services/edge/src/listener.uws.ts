import * as uWS from 'uWebSockets.js';
import type { Connection, Hello } from './connection.js';
import { parseHello } from './hello.js';
import type { Listener, SocketEvents } from './sockets.js';

/** uWebSockets copies the fields of a user data object onto the socket, so that it is one field. */
interface Seat {
  readonly connection: Connection;
  /** Until it is open: with the token it would be 0.4 KB a socket, and the token stays in memory no longer than it is needed. */
  hello: Hello | undefined;
}

export interface UwsLimits {
  readonly maxFrameBytes: number;
}

/** A frame over the limit still gets its refusal up to this many times the limit; beyond, the socket library cuts the connection. */
const hardFactor = 2;
const idleSeconds = 60;
const maxBackpressureBytes = 64 * 1024;
const maxQueryBytes = 6144;

export class UwsListener implements Listener {
  readonly #app: uWS.TemplatedApp;
  #listening: uWS.us_listen_socket | undefined;

  constructor(
    private readonly events: SocketEvents,
    limits: UwsLimits,
  ) {
    this.#app = uWS.App();
    this.#app.ws<Seat>('/v1/connect', {
      maxPayloadLength: limits.maxFrameBytes * hardFactor,
      idleTimeout: idleSeconds,
      sendPingsAutomatically: true,
      maxBackpressure: maxBackpressureBytes,
      closeOnBackpressureLimit: false,
      upgrade: (response, request, context) => this.#upgrade(response, request, context),
      open: (socket) => {
        const seat = socket.getUserData();
        const { connection, hello } = seat;
        seat.hello = undefined;
        if (hello !== undefined) this.events.opened(connection, socket, hello);
      },
      message: (socket, message, isBinary) => this.events.message(socket.getUserData().connection, message, isBinary),
      drain: (socket) => {
        if (socket.getBufferedAmount() === 0) this.events.drained(socket.getUserData().connection);
      },
      close: (socket, code) => this.events.closed(socket.getUserData().connection, code),
    });
    this.#app.any('/*', (response) => {
      answer(response, '404 Not Found', 'WebSockets are at /v1/connect');
    });
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#app.listen(host, port, (socket) => {
        if (socket === false) return reject(new Error(`the edge cannot listen on ${host}:${port}`));
        this.#listening = socket;
        resolve(uWS.us_socket_local_port(socket));
      });
    });
  }

  close(): void {
    if (this.#listening !== undefined) uWS.us_listen_socket_close(this.#listening);
    this.#listening = undefined;
    this.#app.close();
  }

  #upgrade(response: uWS.HttpResponse, request: uWS.HttpRequest, context: uWS.us_socket_context_t): void {
    // Undefined where the URL has none, whatever its type says.
    const query = (request.getQuery() as string | undefined) ?? '';
    const protocols = request.getHeader('sec-websocket-protocol');
    if (query.length > maxQueryBytes) return answer(response, '414 URI Too Long', 'the query is too long');
    const hello = parseHello(query, protocols);
    if ('mistake' in hello) return answer(response, '400 Bad Request', hello.mistake);
    const refusal = this.events.admit();
    if (refusal !== undefined)
      return answer(response, '503 Service Unavailable', refusal.code, Math.ceil((refusal.retryAfterMs ?? 1000) / 1000));
    const seat: Seat = { connection: this.events.greet(hello), hello };
    response.upgrade(
      seat,
      request.getHeader('sec-websocket-key'),
      hello.subprotocol,
      request.getHeader('sec-websocket-extensions'),
      context,
    );
  }
}

function answer(response: uWS.HttpResponse, status: string, text: string, retryAfterSeconds?: number): void {
  response.cork(() => {
    response.writeStatus(status).writeHeader('content-type', 'text/plain');
    if (retryAfterSeconds !== undefined) response.writeHeader('retry-after', String(retryAfterSeconds));
    response.end(`${text}\n`, true);
  });
}
