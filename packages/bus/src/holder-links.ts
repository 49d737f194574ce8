import { Numbered, type Clock, type Timer } from '@plaza/kit';
import type { ReplyBatch } from '@plaza/proto/room';
import type { RoomGateway, RoomLink } from './room-gateway.js';
import type { Holder as HeldBy } from './shard-table.js';

/** A room-state process as links know it. */
export type Holder = Pick<HeldBy, 'id' | 'address'>;

/** One link to one holder process, and what went out on it and has no reply yet, by number. */
export class HolderLink<P extends object> {
  readonly #sent = new Numbered<P>();
  #last = 0;

  constructor(
    readonly id: string,
    readonly address: string,
    readonly link: RoomLink,
    private readonly mostNumbers = 0xffffffff,
  ) {}

  /** The number of the next entry: 1 to 2^32 - 1 (32 bits without sign, and none is 0), then from the start; what is unanswered is far less than that. */
  number(pending: P): number {
    this.#last = this.#sent.add(pending);
    return ((this.#last - 1) % this.mostNumbers) + 1;
  }

  /** What went out under this number and has no reply yet. */
  sentAs(number: number): P | undefined {
    return this.#sent.get(this.#placeOf(number));
  }

  forget(number: number): void {
    this.#sent.delete(this.#placeOf(number));
  }

  /** The newest place that had this number. */
  #placeOf(number: number): number {
    return this.#last - ((this.#last - number) % this.mostNumbers);
  }
}

export interface HolderLinksOptions<P extends object> {
  readonly gateway: RoomGateway;
  readonly asker: string;
  readonly clock: Clock;
  replies(link: HolderLink<P>, batch: ReplyBatch): void;
  opened(holder: Holder): void;
  /** Nothing more comes on this link. */
  gone(link: HolderLink<P>): void;
  /** The connection to this holder was lost or could not be made. */
  suspect(id: string): void;
  /** The pause after a break is over: who needs this holder may open a link again. */
  retry(id: string): void;
}

const firstPauseMs = 50;
const longestPauseMs = 1000;
/** A link that lived this long was a good one: the next pause is short again. */
const goodLinkMs = 5000;

/** The links of one asker: one a holder process, opened when needed, opened again after growing pauses. */
export class HolderLinks<P extends object> {
  readonly #links = new Map<string, HolderLink<P>>();
  readonly #pauses = new Map<string, { timer: Timer | undefined; ms: number }>();
  readonly #options: HolderLinksOptions<P>;
  #closed = false;

  constructor(options: HolderLinksOptions<P>) {
    this.#options = options;
  }

  /** The link to a holder; undefined while it pauses after a break. */
  to(holder: Holder): HolderLink<P> | undefined {
    const open = this.#links.get(holder.id);
    if (open?.address === holder.address) return open;
    if (open !== undefined) this.#drop(open);
    if (this.#closed || (open === undefined && this.#pauses.get(holder.id)?.timer !== undefined)) return undefined;
    return this.#open(holder);
  }

  close(): void {
    this.#closed = true;
    for (const link of this.#links.values()) link.link.close();
    this.#links.clear();
    for (const pause of this.#pauses.values()) pause.timer?.cancel();
    this.#pauses.clear();
  }

  #open(holder: Holder): HolderLink<P> {
    const { id, address } = holder;
    const { gateway, asker, clock } = this.#options;
    const openedMs = clock.now();
    const link: HolderLink<P> = new HolderLink(
      id,
      address,
      gateway.open(address, asker, {
        replies: (batch) => {
          if (this.#links.get(id) !== link) return;
          this.#pauses.delete(id);
          this.#options.replies(link, batch);
        },
        broken: () => this.#broken(link, clock.now() - openedMs),
      }),
    );
    this.#links.set(id, link);
    this.#options.opened(holder);
    return link;
  }

  /** A holder that moved: the former address is of no use. */
  #drop(link: HolderLink<P>): void {
    this.#links.delete(link.id);
    link.link.close();
    this.#options.gone(link);
  }

  #broken(link: HolderLink<P>, livedMs: number): void {
    if (this.#links.get(link.id) !== link) return;
    this.#links.delete(link.id);
    const before = livedMs >= goodLinkMs ? undefined : this.#pauses.get(link.id);
    const ms = before === undefined ? firstPauseMs : Math.min(before.ms * 2, longestPauseMs);
    const pause: { timer: Timer | undefined; ms: number } = { timer: undefined, ms };
    this.#pauses.set(link.id, pause);
    pause.timer = this.#options.clock.after(ms, () => {
      pause.timer = undefined;
      this.#options.retry(link.id);
    });
    this.#options.gone(link);
    this.#options.suspect(link.id);
  }
}
