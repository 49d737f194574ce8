import type { ServerApi } from './server-api.js';

/** GET /v1/cluster, as far as it is used here. */
export interface ClusterView {
  readonly processes: readonly ProcessView[];
  readonly shards: readonly {
    readonly shard: number;
    readonly stream: number;
    readonly holder: string;
    readonly epoch: number;
    readonly head: number;
    readonly recentEvents: number;
  }[];
  readonly readers: readonly {
    readonly kind: string;
    readonly id: string;
    readonly stream: number;
    readonly through: number;
    readonly behind: number;
  }[];
}

export interface ProcessView {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly draining: boolean;
  readonly starting: boolean;
  readonly silentMs: number;
  readonly shards?: number;
  readonly sockets?: number;
}

export const clusterOf = (api: ServerApi): Promise<ClusterView> => api.get('/v1/cluster');

/** Not heard for so long: it does not live. */
export const silentMs = 5000;

export function stateOf({ silentMs: ms, draining, starting }: ProcessView): string {
  if (ms > silentMs) return `silent for ${Math.round(ms / 1000)} s`;
  return draining ? 'draining' : starting ? 'starting' : 'serving';
}
