/** What is used of a WebSocket: the browser's own, Node's, or that of the `ws` package. */
export interface SocketLike {
  binaryType: string;
  send(message: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export type SocketConstructor = new (url: string, protocols: string | string[]) => SocketLike;

/** The WebSocket of this platform. Node has one of its own from version 22 on; before, give it `ws`. */
export function platformSocket(): SocketConstructor {
  const found = (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
  if (found === undefined) throw new Error('there is no WebSocket here: pass one as `webSocket`');
  return found;
}
