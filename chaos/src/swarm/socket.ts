import WebSocket from 'ws';
import { ClientFrame, ServerFrame } from '@plaza/proto/client';
import type { Ask } from '../records.js';

export interface SocketEvents {
  frame(frame: ServerFrame): void;
  /** Once. */
  closed(code: number): void;
}

const handshakeMs = 5000;

/** The binary protocol over one WebSocket, and nothing else. */
export class Socket {
  readonly #socket: WebSocket;
  #over = false;

  constructor(url: string, token: string, device: string, events: SocketEvents) {
    const query = new URLSearchParams({ token, device, deviceKind: 'web' });
    this.#socket = new WebSocket(`${url}?${query.toString()}`, 'plaza.v1', { perMessageDeflate: false, handshakeTimeout: handshakeMs });
    this.#socket.on('message', (bytes: Buffer) => {
      if (!this.#over) events.frame(ServerFrame.decode(bytes));
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', (code) => {
      this.#over = true;
      events.closed(code);
    });
  }

  get open(): boolean {
    return !this.#over && this.#socket.readyState === WebSocket.OPEN;
  }

  send(id: number, commandId: string, room: string, body: Ask): void {
    this.#socket.send(ClientFrame.encode({ id, commandId, room, body }).finish());
  }

  /** In order. */
  close(): void {
    this.#socket.close(1000);
  }

  /** As a phone in a tunnel goes. */
  cut(): void {
    this.#socket.terminate();
  }
}
