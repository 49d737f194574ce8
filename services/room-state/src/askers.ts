import type { Clock, Timer } from '@plaza/kit';
import type { Delivery, EndSession, EntryReply, ReplyBatch } from '@plaza/proto/room';

/** One link of an asker: what is to be said in one turn goes in one batch. */
export class AskerLink {
  #replies: EntryReply[] = [];
  #ended: EndSession[] = [];
  #deliveries: Delivery[] = [];
  #asked = false;
  #over = false;

  constructor(
    readonly asker: string,
    private readonly send: (batch: ReplyBatch) => void,
  ) {}

  reply(reply: EntryReply): void {
    this.#replies.push(reply);
    this.#soon();
  }

  end(session: EndSession): void {
    this.#ended.push(session);
    this.#soon();
  }

  deliver(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    this.#soon();
  }

  /** Nothing more is said. */
  close(): void {
    this.#over = true;
  }

  #soon(): void {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const batch = { replies: this.#replies, ended: this.#ended, deliveries: this.#deliveries };
    this.#asked = false;
    this.#replies = [];
    this.#ended = [];
    this.#deliveries = [];
    if (!this.#over) this.send(batch);
  }
}

/** Who is attached. An asker whose last link went is given the grace period to come back. */
export class Askers {
  readonly #links = new Map<string, Set<AskerLink>>();
  readonly #grace = new Map<string, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly graceMs: number,
    private readonly gone: (asker: string) => void,
  ) {}

  attach(link: AskerLink): void {
    this.#grace.get(link.asker)?.cancel();
    this.#grace.delete(link.asker);
    const links = this.#links.get(link.asker) ?? new Set();
    this.#links.set(link.asker, links.add(link));
  }

  detach(link: AskerLink): void {
    link.close();
    const links = this.#links.get(link.asker);
    if (links?.delete(link) !== true || links.size > 0) return;
    this.#links.delete(link.asker);
    const timer = this.clock.after(this.graceMs, () => {
      this.#grace.delete(link.asker);
      this.gone(link.asker);
    });
    this.#grace.set(link.asker, timer);
  }

  /** By its newest link; an asker without one learns it when it announces its sessions again. */
  endSession(asker: string, session: number, code: string): void {
    this.#newest(asker)?.end({ session, code });
  }

  /** A directed message for sessions of this asker; lost where it has no link. */
  deliver(asker: string, delivery: Delivery): void {
    this.#newest(asker)?.deliver(delivery);
  }

  close(): void {
    for (const timer of this.#grace.values()) timer.cancel();
    this.#grace.clear();
  }

  #newest(asker: string): AskerLink | undefined {
    return [...(this.#links.get(asker) ?? [])].at(-1);
  }
}
