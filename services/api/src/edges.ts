import type { ShardTable } from '@plaza/bus';
import type { Clock } from '@plaza/kit';

/** An edge that was silent for so long gets no new connections from here. */
const silentMs = 5000;

/** Where clients connect: the edges that live, as their beats say. */
export class Edges {
  constructor(
    private readonly table: ShardTable,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {}

  /** Connect URLs in random order, so that askers spread; without edges that drain. Empty: none lives. */
  connectUrls(): string[] {
    const urls = this.table
      .peersOf('edge', this.clock.now(), silentMs)
      .filter((edge) => !edge.draining && edge.address !== '')
      .map((edge) => edge.address);
    for (let i = urls.length - 1; i > 0; i--) {
      const j = Math.floor(this.random() * (i + 1));
      [urls[i], urls[j]] = [urls[j] as string, urls[i] as string];
    }
    return urls;
  }
}
