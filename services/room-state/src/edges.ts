import type { Peers } from '@plaza/bus';
import type { Clock } from '@plaza/kit';
import type { Beat } from '@plaza/proto/room';

interface Parts {
  readonly peers: Pick<Peers, 'onBeat'>;
  readonly clock: Clock;
  /** An edge that lives was heard within this. */
  readonly silentMs: number;
}

/** Which edges there are, as far as their beats tell: whoever wants to know that all of them have spoken. */
export class Edges {
  /** When each was last heard, by its id. */
  readonly #heardMs = new Map<string, number>();
  readonly #sinceMs: number;
  readonly #deaf: () => void;

  constructor(private readonly parts: Parts) {
    this.#sinceMs = parts.clock.now();
    this.#deaf = parts.peers.onBeat((beat) => this.#heard(beat));
  }

  /**
   * Whether every edge that was heard since `sinceMs` is among these askers, which are the names of edges with a mark of their birth. Not before this process
   * has listened long enough to have heard all that live, and not where it heard none.
   */
  areAmong(askers: ReadonlySet<string>, sinceMs: number): boolean {
    const { clock, silentMs } = this.parts;
    if (clock.now() - this.#sinceMs < silentMs) return false;
    const spoken = new Set([...askers].map(edgeOf));
    const living = [...this.#heardMs].filter(([, heardMs]) => heardMs >= sinceMs);
    return living.length > 0 && living.every(([id]) => spoken.has(id));
  }

  close(): void {
    this.#deaf();
  }

  #heard({ kind, id }: Beat): void {
    if (kind !== 'edge') return;
    const nowMs = this.parts.clock.now();
    this.#heardMs.set(id, nowMs);
    for (const [other, heardMs] of this.#heardMs) if (nowMs - heardMs > keepMs) this.#heardMs.delete(other);
  }
}

const keepMs = 60_000;
const edgeOf = (asker: string): string => asker.slice(0, Math.max(0, asker.lastIndexOf('.')));
