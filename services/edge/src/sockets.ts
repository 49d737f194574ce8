import type { Refusal } from '@plaza/domain';
import type { Connection, Hello, Socket } from './connection.js';

/** What a listener calls; nothing here throws. */
export interface SocketEvents {
  /** Before an upgrade. Undefined: go on. */
  admit(): Refusal | undefined;
  /** The upgrade: a connection whose socket follows. */
  greet(hello: Hello): Connection;
  opened(connection: Connection, socket: Socket, hello: Hello): void;
  /** The buffer is the listener's again when this returns. */
  message(connection: Connection, message: ArrayBuffer, isBinary: boolean): void;
  /** What waited in the socket's buffer has gone out. */
  drained(connection: Connection): void;
  closed(connection: Connection, code: number): void;
}

/** Takes WebSockets. */
export interface Listener {
  /** Resolves with the port that was taken (0: any). Rejects where it cannot be had. */
  listen(host: string, port: number): Promise<number>;
  /** Stops listening and cuts what is open. */
  close(): void;
}
