import { ServerFrame } from '@plaza/proto/client';
import { NotLetIn } from './lean-socket.js';
import { body, replyIn, result } from './wire.js';

/** Whether a socket that joins by its connect URL is in its room: only the answer to the join says so. */
export class Arrival {
  /** Rejects with NotLetIn: refused, unavailable, or sent away. */
  readonly joined: Promise<void>;
  #settled = false;
  #in!: () => void;
  #out!: (cause: NotLetIn) => void;

  constructor() {
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
    if (reply !== undefined && reply.id !== 0) return;
    this.#settled = true;
    if (reply?.result === result.joined) this.#in();
    else this.#out(refusalIn(ServerFrame.decode(bytes.subarray(start, end))));
  }
}

function refusalIn({ body }: ServerFrame): NotLetIn {
  if (body?.$case === 'goAway') return new NotLetIn(`sent away: ${body.value.reason}`, body.value.retryAfterMs);
  const answer = body?.$case === 'reply' ? body.value.result : undefined;
  if (answer?.$case === 'unavailable') return new NotLetIn('unavailable', answer.value.retryAfterMs);
  if (answer?.$case === 'refused') return new NotLetIn(answer.value.code, answer.value.retryAfterMs);
  return new NotLetIn('an answer that is none to a join', undefined);
}
