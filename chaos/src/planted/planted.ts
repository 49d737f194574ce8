import type { SmallCluster } from '../in-process.js';
import { Backend } from '../swarm/backend.js';
import type { Between } from '../trial.js';
import { startApiProxy } from './api-proxy.js';
import type { Bug } from './bug.js';
import { startEdgeProxy } from './edge-proxy.js';

/** Bug number i in room number i, the rooms behind them as they are; `rooms` are named `<run>-<i>`. */
export function plantedBetween(all: readonly Bug[]): (cluster: SmallCluster) => Promise<Between> {
  const byRoom = new Map<string, Bug>();
  const bugOf = (room: string): Bug | undefined => {
    const bug = all[Number(room.split('-')[1] ?? NaN)];
    if (bug !== undefined) byRoom.set(room, bug);
    return bug;
  };
  return async ({ apiUrl, apiKey, connectUrls }) => {
    const edge = await startEdgeProxy(connectUrls, bugOf, new Backend(apiUrl, apiKey));
    const api = await startApiProxy(apiUrl, () => byRoom);
    return {
      apiUrl: api.url,
      connectUrls: () => [edge.url],
      instead: (delivery) => bugOf(delivery.room)?.toPlatform?.(delivery) ?? [delivery],
      async stop() {
        await edge.stop();
        await api.stop();
      },
    };
  };
}
