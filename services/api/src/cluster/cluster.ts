import { LinkBroken, type CommandRouter, type Peers, type ShardTable } from '@plaza/bus';
import { streamOf } from '@plaza/domain';
import type { Clock } from '@plaza/kit';
import type { Beat } from '@plaza/proto/room';

export interface ClusterParts {
  readonly peers: Peers;
  readonly table: ShardTable;
  readonly router: Pick<CommandRouter, 'askProcess'>;
  readonly clock: Clock;
  readonly shards: number;
  readonly streams: number;
}

/** A process as its newest beat tells. */
export interface ProcessSeen {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly draining: boolean;
  /** room-state: it takes no shards now. */
  readonly starting: boolean;
  /** Since its newest beat. */
  readonly silentMs: number;
  /** room-state: how many it holds. */
  readonly shards?: number;
  /** edge. */
  readonly sockets?: number;
}

export interface ShardSeen {
  readonly shard: number;
  readonly stream: number;
  /** Empty: nobody is known to hold it. */
  readonly holder: string;
  readonly epoch: number;
  /** The log sequence of its newest record; 0: not known. */
  readonly head: number;
  /** Of the last ten seconds or less. */
  readonly recentEvents: number;
}

/** A process that reads a stream of the log. */
export interface ReaderSeen {
  readonly kind: string;
  readonly id: string;
  readonly stream: number;
  readonly through: number;
  /** Records of the stream that are not in its store yet, as far as is known. */
  readonly behind: number;
}

interface Heard {
  readonly beat: Beat;
  readonly seenMs: number;
}

/** Beats come each second; who was silent for so long does not count as alive. */
export const silentMs = 5000;
/** And after so long is not shown any more. */
const forgottenMs = 60_000;
/** An api process beats also for what it reads of the log. */
const partsOfApi = ['audit', 'webhooks'];
const askMs = 3000;
const obeyMs = 3000;
const movedMs = 5000;
const lookMs = 50;
const orderAgainMs = 500;

/** The cluster as its beats show it, and what operators ask of its processes. A process that beats no more is forgotten after a minute. */
export class Cluster {
  /** By kind and id. */
  readonly #heard = new Map<string, Heard>();
  #deaf: () => void = () => undefined;

  constructor(private readonly parts: ClusterParts) {}

  /** Begins to listen. */
  start(): void {
    const { peers, clock } = this.parts;
    this.#deaf = peers.onBeat((beat) => this.#heard.set(keyOf(beat.kind, beat.id), { beat, seenMs: clock.now() }));
  }

  close(): void {
    this.#deaf();
  }

  /** By kind and id. */
  processes(): ProcessSeen[] {
    const nowMs = this.parts.clock.now();
    for (const [key, { seenMs }] of this.#heard) if (nowMs - seenMs > forgottenMs) this.#heard.delete(key);
    const whole = [...this.#heard.values()].filter(({ beat }) => !partsOfApi.includes(beat.kind));
    const seen = whole.map(({ beat, seenMs }) => processSeen(beat, nowMs - seenMs));
    return seen.sort((a, b) => compare(a.kind, b.kind) || compare(a.id, b.id));
  }

  /** Of a kind and heard lately. */
  living(kind: string): ProcessSeen[] {
    return this.processes().filter((one) => one.kind === kind && one.silentMs <= silentMs);
  }

  shards(): ShardSeen[] {
    const { table, streams, shards } = this.parts;
    return Array.from({ length: shards }, (_, shard) => {
      const { id: holder = '', epoch = 0 } = table.holderOf(shard) ?? {};
      const said = this.#heard.get(keyOf('room-state', holder))?.beat.shards.find((one) => one.shard === shard);
      const { head = 0, recentEvents = 0 } = said ?? {};
      return { shard, stream: streamOf(shard, streams), holder, epoch, head, recentEvents };
    });
  }

  /** By kind, stream and process. */
  readers(): ReaderSeen[] {
    const heads = new Map<number, number>();
    for (const { stream, head } of this.shards()) heads.set(stream, Math.max(head, heads.get(stream) ?? 0));
    const readers = Array.from(this.#heard.values()).flatMap(({ beat: { kind, id, reading } }) =>
      (reading?.streams ?? []).map(({ stream, through }) => {
        return { kind, id, stream, through, behind: Math.max(0, (heads.get(stream) ?? 0) - through) };
      }),
    );
    return readers.sort((a, b) => compare(a.kind, b.kind) || a.stream - b.stream || compare(a.id, b.id));
  }

  holderOf(shard: number): string | undefined {
    return this.parts.table.holderOf(shard)?.id;
  }

  /** Asks a process to hold a shard from now on. False: it cannot be asked, or does not know that ask. */
  async take(taker: ProcessSeen, shard: number): Promise<boolean> {
    try {
      const ask = { $case: 'takeShard', value: { shard } } as const;
      for await (const { answer } of this.parts.router.askProcess(taker, ask, AbortSignal.timeout(askMs))) {
        if (answer?.$case === 'takingShard') return true;
      }
      return false;
    } catch (error) {
      if (error instanceof LinkBroken) return false;
      throw error;
    }
  }

  /** True: it holds the shard; false: not within seconds. */
  holds(taker: string, shard: number): Promise<boolean> {
    return this.#until(movedMs, () => this.holderOf(shard) === taker);
  }

  /** Has an edge drain, or take clients again. True: its beats say that it does; false: they did not within seconds. */
  async order(edge: string, drain: boolean): Promise<boolean> {
    const { peers, clock } = this.parts;
    const send = (): void => peers.order({ id: edge, drain });
    send();
    const again = clock.every(orderAgainMs, send);
    try {
      return await this.#until(obeyMs, () => this.#heard.get(keyOf('edge', edge))?.beat.draining === drain);
    } finally {
      again.cancel();
    }
  }

  async #until(ms: number, holds: () => boolean): Promise<boolean> {
    const { clock } = this.parts;
    for (const endMs = clock.now() + ms; !holds();) {
      if (clock.now() >= endMs) return false;
      await new Promise<void>((resolve) => clock.after(lookMs, resolve));
    }
    return true;
  }
}

const keyOf = (kind: string, id: string): string => `${kind} ${id}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const processSeen = ({ id, kind, address, draining, starting = false, shards, sockets }: Beat, ms: number): ProcessSeen => ({
  ...{ id, kind, address, draining, starting, silentMs: Math.max(0, ms) },
  ...(kind === 'room-state' ? { shards: shards.length } : {}),
  ...(sockets === undefined ? {} : { sockets }),
});
