import { ServerFrame } from '@plaza/proto/client';
import { NotLetIn } from './lean-socket.js';
import { body, replyIn, result } from './wire.js';

/** Whether a socket is in its room: only the answer to its join says so, which has the join's id, or 0 where the connect URL joined. */
export class Arrival {
  /** Rejects with NotLetIn: refused, unavailable, or sent away. */
  readonly joined: Promise<void>;
  #settled = false;
  #in!: () => void;
  #out!: (cause: NotLetIn) => void;

  /** `onHole`: it is in, but not all that came since what it has will be given. */
  constructor(
    private readonly id = 0,
    private readonly onHole?: () => void,
  ) {
    this.joined = new Promise((resolve, reject) => {
      this.#in = resolve;
      this.#out = reject;
    });
    // Nobody may be waiting for it.
    this.joined.catch(() => undefined);
  }

  /** `field`: of the body of the ServerFrame `bytes[start, end)`. */
  saw(field: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#settled || (field !== body.reply && field !== body.goAway)) return;
    const reply = field === body.reply ? replyIn(bytes, start, end) : undefined;
    if (reply !== undefined && reply.id !== this.id) return;
    this.#settled = true;
    if (reply?.result === result.joined) this.#isIn(bytes.subarray(start, end));
    else this.#out(refusalIn(ServerFrame.decode(bytes.subarray(start, end))));
  }

  #isIn(frame: Uint8Array): void {
    if (this.onHole !== undefined && !isComplete(ServerFrame.decode(frame))) this.onHole();
    this.#in();
  }
}

/** How long who is sent away by this ServerFrame has to wait, ms; Infinity: for good. */
export function waitIn(bytes: Uint8Array, start: number, end: number): number {
  const { body } = ServerFrame.decode(bytes.subarray(start, end));
  return (body?.$case === 'goAway' ? body.value.retryAfterMs : undefined) ?? Number.POSITIVE_INFINITY;
}

const isComplete = ({ body }: ServerFrame): boolean =>
  body?.$case === 'reply' && body.value.result?.$case === 'joined' && body.value.result.value.complete;

function refusalIn({ body }: ServerFrame): NotLetIn {
  if (body?.$case === 'goAway') return new NotLetIn(`sent away: ${body.value.reason}`, body.value.retryAfterMs);
  const answer = body?.$case === 'reply' ? body.value.result : undefined;
  if (answer?.$case === 'unavailable') return new NotLetIn('unavailable', answer.value.retryAfterMs);
  if (answer?.$case === 'refused') return new NotLetIn(answer.value.code, answer.value.retryAfterMs);
  return new NotLetIn('an answer that is none to a join', undefined);
}
