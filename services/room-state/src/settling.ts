import type { Clock } from '@plaza/kit';
import type { Edges } from './edges.js';

interface Parts {
  readonly clock: Clock;
  readonly edges: Pick<Edges, 'areAmong'>;
  /** The longest that it takes, whoever does not speak. */
  readonly settlingMs: number;
}

/** After a takeover: nobody knows who is present until every edge has named what it holds. */
export class Settling {
  readonly #spoken = new Set<string>();
  #untilMs: number;

  /** `needed` false: nobody held the shard before, so everybody who comes is seen coming. */
  constructor(
    private readonly parts: Parts,
    needed: boolean,
  ) {
    this.#untilMs = needed ? parts.clock.now() + parts.settlingMs : 0;
  }

  get on(): boolean {
    return this.#untilMs > this.parts.clock.now();
  }

  /** This edge has named all that it holds. */
  spoke(asker: string): void {
    if (this.#untilMs > 0) this.#spoken.add(asker);
  }

  /** True once: when it is over. */
  ends(): boolean {
    const { clock, edges, settlingMs } = this.parts;
    if (this.#untilMs === 0) return false;
    if (this.on && !edges.areAmong(this.#spoken, clock.now() - settlingMs)) return false;
    this.#untilMs = 0;
    this.#spoken.clear();
    return true;
  }
}
