import { setTimeout as pause } from 'node:timers/promises';
import { ClientFrame, ServerFrame } from '@plaza/proto/client';
import { varintBytes, writeVarint } from '@plaza/protocol';
import type { LeanSocket } from './lean-socket.js';
import type { Talked, TalkOrder } from './order.js';
import { replyIn, result } from './wire.js';

const tickMs = 2;
/** Who has not answered by then does not any more. */
const lastAnswersMs = 10_000;

/** A ClientFrame that says something in the room, without its id, which may stand in front of all the rest. */
export const messageTail = (room: string, { text, audience }: Pick<TalkOrder, 'text' | 'audience'>): Uint8Array => {
  const body = { $case: 'sendMessage', value: { body: { content: { $case: 'text', value: { text } } }, options: { audience } } };
  return ClientFrame.encode(ClientFrame.fromPartial({ room, body } as never)).finish();
};

/** A ClientFrame of this id, 1 or more, and an encoded rest. */
export function numbered(id: number, tail: Uint8Array): Uint8Array {
  const frame = new Uint8Array(1 + varintBytes(id) + tail.length);
  frame[0] = 0x08;
  frame.set(tail, writeVarint(frame, 1, id));
  return frame;
}

/** What says something, and where. */
export interface Talker {
  readonly socket: Pick<LeanSocket, 'sendBinary'>;
  readonly room: string;
}

/** The messages of one order, and the answers that came. */
export class Talk {
  readonly #sentMs: Float64Array;
  readonly #replyMs: number[] = [];
  readonly #others: Record<string, number> = {};
  #sent = 0;
  #answered = 0;
  #lastAnswerMs = 0;

  constructor(private readonly order: TalkOrder) {
    this.#sentMs = new Float64Array(Math.round(order.perSecond * order.seconds) + 1);
  }

  async run(talkers: readonly Talker[]): Promise<Talked> {
    const { perSecond } = this.order;
    const tails = new Map<string, Uint8Array>(talkers.map(({ room }) => [room, messageTail(room, this.order)]));
    const total = this.#sentMs.length - 1;
    const { user, system } = process.cpuUsage();
    const startMs = performance.now();
    while (this.#sent < total) {
      const due = Math.min(total, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
      while (this.#sent < due) {
        const { socket, room } = talkers[this.#sent % talkers.length] as Talker;
        this.#sentMs[++this.#sent] = performance.now();
        socket.sendBinary(numbered(this.#sent, tails.get(room) as Uint8Array));
      }
      await pause(tickMs);
    }
    const lateMs = performance.now() + lastAnswersMs;
    while (this.#answered < total && performance.now() < lateMs) await pause(tickMs);
    const after = process.cpuUsage();
    return {
      sent: total,
      accepted: this.#replyMs.length,
      others: this.#others,
      tookMs: this.#lastAnswerMs - startMs,
      replyMs: this.#replyMs,
      cpuMicros: after.user + after.system - user - system,
    };
  }

  /** A ServerFrame with a reply came to one of the talkers. */
  replied(bytes: Uint8Array, start: number, end: number): void {
    const reply = replyIn(bytes, start, end);
    if (reply.id === 0) return;
    this.#answered++;
    this.#lastAnswerMs = performance.now();
    if (reply.result === result.accepted) this.#replyMs.push(Math.round((this.#lastAnswerMs - this.#sentMs[reply.id]!) * 10) / 10);
    else this.#note(codeIn(ServerFrame.decode(bytes.subarray(start, end))));
  }

  #note(code: string): void {
    this.#others[code] = (this.#others[code] ?? 0) + 1;
  }
}

function codeIn({ body }: ServerFrame): string {
  const answer = body?.$case === 'reply' ? body.value.result : undefined;
  return answer?.$case === 'refused' ? answer.value.code : (answer?.$case ?? 'nothing');
}
