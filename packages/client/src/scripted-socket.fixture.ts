import { ClientFrame, Event, ServerFrame, type Batch, type Reply } from '@plaza/proto/client';
import type { SocketLike } from './index.js';

export type Result = NonNullable<Reply['result']>;

/** The server's end of one socket, by script: what was sent is read from `frames`, answers are given by hand or by `answer`. */
export class ScriptedSocket implements SocketLike {
  binaryType = '';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly frames: ClientFrame[] = [];
  closed = false;

  constructor(
    readonly url: string,
    readonly protocol: string,
    private readonly answer: (frame: ClientFrame, socket: ScriptedSocket) => Result | undefined,
  ) {}

  get json(): boolean {
    return this.protocol === 'plaza.v1.json';
  }

  send(message: string | Uint8Array): void {
    const frame = typeof message === 'string' ? ClientFrame.fromJSON(JSON.parse(message)) : ClientFrame.decode(message);
    this.frames.push(frame);
    const result = this.answer(frame, this);
    if (result !== undefined) queueMicrotask(() => this.reply(frame, result));
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.({} as never);
  }

  lose(code = 1006): void {
    this.onclose?.({ code, reason: '' } as never);
  }

  push(frame: Partial<ServerFrame>): void {
    const whole: ServerFrame = { batches: [], body: undefined, ...frame };
    const data = this.json ? JSON.stringify(ServerFrame.toJSON(whole)) : ServerFrame.encode(whole).finish().slice().buffer;
    this.onmessage?.({ data } as never);
  }

  reply({ id, body }: ClientFrame, result: Result): void {
    const head = body?.$case === 'join' ? Math.max(100, body.value.after ?? 0) : 0;
    this.push({ body: { $case: 'reply', value: { id, head, result } } });
  }

  /** Events with these positions, after `prev`. */
  batch(prev: number, ...positions: number[]): void {
    const batch: Batch = { room: 'lobby', prev, last: positions.at(-1) ?? prev, events: positions.map(eventAt), skipped: [] };
    this.push({ batches: [batch] });
  }

  of(name: NonNullable<ClientFrame['body']>['$case']): ClientFrame[] {
    return this.frames.filter(({ body }) => body?.$case === name);
  }
}

export const eventAt = (position: number): Event => Event.fromPartial({ position, timeMs: 1 });
export const joined: Result = {
  $case: 'joined',
  value: { self: undefined, room: undefined, complete: true, completeFrom: 0, recent: [] },
};

/** Lets everybody in and acknowledges everything. */
export function friendly({ body, id }: ClientFrame): Result | undefined {
  switch (body?.$case) {
    case 'authenticate':
      return { $case: 'authenticated', value: { account: 'ann', tokenExpiresMs: 0 } };
    case 'join':
      return joined;
    case 'sendMessage':
      return { $case: 'accepted', value: { messageId: String(1000 + id), position: 1000 + id } };
    case 'ping':
      return { $case: 'pong', value: { timeMs: 1 } };
    case 'readHistory':
      return { $case: 'historyPage', value: { events: [eventAt(5)], upTo: 90, more: false, nextBound: 0 } };
    default:
      return { $case: 'done', value: { position: 7 } };
  }
}
