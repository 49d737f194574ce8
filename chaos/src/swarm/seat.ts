import type { Batch, Reply } from '@plaza/proto/client';

/** One client's place in one room that it wants to be in: the reader of docs/protocol.md, "Batches". */
export class Seat {
  state: 'out' | 'joining' | 'in' = 'out';
  /** How far the room was read; undefined: join without `after`. */
  position: number | undefined;
  /** Not before this moment. */
  joinAt = 0;

  constructor(readonly room: string) {}

  /** The body of the join that would bring it in now. */
  get join(): { after: number | undefined } {
    return { after: this.position };
  }

  joined(reply: Reply, after: number | undefined): void {
    if (reply.result?.$case !== 'joined') return;
    const { complete, completeFrom } = reply.result.value;
    this.state = 'in';
    this.position = complete ? Math.min(after ?? reply.head, reply.head) : completeFrom;
  }

  /** False: something before the batch is missing. */
  take({ prev, last }: Pick<Batch, 'prev' | 'last'>): boolean {
    if (this.position === undefined || last <= this.position) return true;
    if (prev > this.position) return false;
    this.position = last;
    return true;
  }

  skipTo(position: number): void {
    if (this.position !== undefined) this.position = Math.max(this.position, position);
  }

  out(joinAt: number): void {
    this.state = 'out';
    this.joinAt = joinAt;
  }
}
