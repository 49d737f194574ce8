import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Called for each data frame: the payload is `bytes[start, end)` and is gone after the call. */
export type OnFrame = (bytes: Uint8Array, start: number, end: number) => void;

export interface LeanTarget {
  readonly host: string;
  readonly port: number;
  /** Path with query. */
  readonly path: string;
  readonly subprotocol: string | undefined;
  /** Absent: whichever the system takes. */
  readonly localAddress?: string | undefined;
}

/** The server did not open the socket: what it said, and after how long to come again, if it said so. */
export class NotLetIn extends Error {
  override readonly name = 'NotLetIn';

  constructor(
    status: string,
    readonly retryAfterMs: number | undefined,
  ) {
    super(status);
  }
}

function notLetIn(head: string): NotLetIn {
  const seconds = /\r\nretry-after: *(\d+)/i.exec(head)?.[1];
  return new NotLetIn(head.slice(0, head.indexOf('\r\n')), seconds === undefined ? undefined : Number(seconds) * 1000);
}

const receiveBytes = 64 * 1024;
const noBytes = new Uint8Array();

/**
 * A WebSocket client on a raw socket with one shared receive buffer for all sockets of the process (`onread`): a third of the memory and half of
 * the CPU of a full library. It answers pings and closes, and knows no fragments (Plaza sends none).
 */
export class LeanSocket {
  readonly #socket: Socket;
  /** The start of a frame whose rest has not come yet. */
  #rest: Buffer | undefined;
  #open = false;
  readonly opened: Promise<void>;
  /** Rejects when it closes, or was not opened. */
  readonly ended: Promise<never>;
  closed = false;
  /** What the server closed it with; 1006: without a word. */
  closeCode = 1006;
  /** Noted by who reads its frames: it was sent away, to come back after so many ms. */
  sentAwayMs: number | undefined;

  constructor(
    target: LeanTarget,
    shared: Buffer,
    private readonly onFrame: OnFrame,
  ) {
    let open!: () => void;
    let fail!: (cause: Error) => void;
    this.opened = new Promise((resolve) => {
      open = resolve;
    });
    this.ended = new Promise((_, reject) => {
      fail = reject;
    });
    // Most are looked at only until they are open.
    this.ended.catch(() => undefined);
    this.#socket = connect({
      host: target.host,
      port: target.port,
      ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length, buffer) => {
          this.#take(Buffer.from(buffer.buffer, buffer.byteOffset, length), open, fail);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => fail(error));
    this.#socket.on('close', () => {
      this.closed = true;
      fail(new Error('it was closed'));
    });
    this.#socket.write(
      `GET ${target.path} HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n` +
        (target.subprotocol === undefined ? '' : `Sec-WebSocket-Protocol: ${target.subprotocol}\r\n`) +
        '\r\n',
    );
  }

  static sharedBuffer = (): Buffer => Buffer.allocUnsafeSlow(receiveBytes);

  close(): void {
    this.#socket.destroy();
  }

  /** Up to 125 bytes. */
  sendText(text: string): void {
    this.#send(0x81, Buffer.from(text));
  }

  /** From now on nothing more is read of it: a reader that is too slow for anything. */
  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** Up to 65,535 bytes. */
  sendBinary(payload: Uint8Array): void {
    this.#send(0x82, payload);
  }

  #take(chunk: Buffer, open: () => void, fail: (cause: Error) => void): void {
    let bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    if (!this.#open) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = Buffer.from(bytes);
        return;
      }
      const head = bytes.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 101 ')) {
        fail(notLetIn(`${head}\r\n`));
        return void this.#socket.destroy();
      }
      this.#open = true;
      open();
      bytes = bytes.subarray(end + 4);
    }
    this.#frames(bytes);
  }

  #frames(bytes: Buffer): void {
    let at = 0;
    while (bytes.length - at >= 2) {
      const first = bytes[at] as number;
      let length = (bytes[at + 1] as number) & 0x7f;
      let start = at + 2;
      if (length === 126) {
        if (bytes.length - at < 4) break;
        length = bytes.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        if (bytes.length - at < 10) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      if (bytes.length < start + length) break;
      const opcode = first & 0x0f;
      if (opcode <= 2) this.onFrame(bytes, start, start + length);
      else if (opcode === 8) {
        this.closeCode = length >= 2 ? bytes.readUInt16BE(start) : 1005;
        this.#send(0x88, noBytes);
      } else if (opcode === 9) this.#send(0x8a, noBytes);
      at = start + length;
    }
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at));
  }

  /** Under an all-zero mask, which leaves the payload as it is. */
  #send(first: number, payload: Uint8Array): void {
    const { length } = payload;
    const start = length < 126 ? 6 : 8;
    const frame = Buffer.allocUnsafe(start + length);
    frame[0] = first;
    frame[1] = 0x80 | Math.min(length, 126);
    if (length >= 126) frame.writeUInt16BE(length, 2);
    frame.writeUInt32LE(0, start - 4);
    frame.set(payload, start);
    this.#socket.write(frame);
  }
}
