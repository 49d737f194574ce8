import type { Live } from '@plaza/bus';
import type { Limits, Shard } from '@plaza/domain';
import type { Delivery } from '@plaza/proto/room';
import type { Clock, Logger } from '@plaza/kit';
import type { Appender, Log } from '@plaza/log';
import type { Beside } from './beside.js';
import type { Edges } from './edges.js';
import type { RoomStateMetrics } from './metrics.js';
import type { Projection } from './projection.js';
import type { Pulse } from './pulse.js';
import type { Settings } from './settings.js';
import type { SnapshotStore } from './snapshot-store.js';
import type { StreamPasts } from './stream-pasts.js';

/** What the shards of one process have in common. */
export interface HolderParts {
  /** The name of this process in the cluster. */
  readonly id: string;
  /** Where it is asked. */
  readonly address: string;
  readonly log: Log;
  readonly appender: Appender;
  readonly pasts: StreamPasts;
  readonly live: Live;
  readonly projection: Projection;
  readonly snapshots: SnapshotStore;
  readonly beside: Beside;
  readonly pulse: Pulse;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: RoomStateMetrics;
  readonly settings: Settings;
  readonly limits: Limits;
  readonly edges: Pick<Edges, 'areAmong'>;
  /** Tells an edge that one of its sessions has to end. */
  readonly endSession: (asker: string, session: number, code: string) => void;
  /** A directed message for sessions of an edge. */
  readonly deliver: (asker: string, delivery: Delivery) => void;
}

export interface ShardParts extends HolderParts {
  readonly shard: Shard;
}
