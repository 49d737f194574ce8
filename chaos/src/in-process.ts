import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shardOf, type RoomId } from '@plaza/domain';
import { readConfig } from '@plaza/kit';
import { openStore } from '@plaza/kit/lmdb';
import { LmdbLog } from '@plaza/log/lmdb';
import { composeStandalone, standaloneTable } from '@plaza/standalone';
import type { LoggedRecord } from './readings.js';
import { readLog } from './readers/log.js';

export interface SmallCluster {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly connectUrls: () => readonly string[];
  /** Ends the holder of a room in the middle of what it does. */
  killHolderOf(room: string): Promise<void>;
  reviveHolders(): Promise<void>;
  /** Stops it, and gives all that its log holds. */
  end(heads: ReadonlyMap<string, number>): Promise<readonly LoggedRecord[]>;
}

export const smallGraceMs = 1500;
export const smallTallyMs = 500;
export const smallSettlingMs = 2000;

/** Two holders and two edges in this process, fast enough for a test. */
export async function startSmallCluster(): Promise<SmallCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-chaos-'));
  const read = readConfig(standaloneTable, {
    PLAZA_DATA: folder,
    PLAZA_API_PORT: '0',
    PLAZA_EDGE_PORT: '0',
    PLAZA_PROBE_PORT: '0',
    PLAZA_LOG_LEVEL: 'error',
    PLAZA_SHARDS: '16',
  });
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const { config } = read;
  const settings = {
    PLAZA_EDGE_FRAMES_PER_SECOND: '2000',
    PLAZA_EDGE_FRAME_BURST: '4000',
    PLAZA_API_KEY_RATE: '20000',
    PLAZA_WEBHOOK_PRIVATE: 'true',
    PLAZA_ABSENCE_MS: String(smallGraceMs),
    PLAZA_TALLY_MS: String(smallTallyMs),
    PLAZA_SETTLING_MS: String(smallSettlingMs),
  };
  const { service } = composeStandalone(config, settings, { holders: 2, edges: 2 });
  await service.start();
  return {
    apiUrl: service.places().api,
    apiKey: service.apiKey,
    connectUrls: () => service.connectUrls(),
    async killHolderOf(room) {
      if (!(await service.holders.cut(shardOf(room as RoomId, config.shards)))) throw new Error(`nobody holds ${room}`);
    },
    reviveHolders: () => service.holders.start(),
    async end(heads) {
      await service.drain();
      await service.stop();
      const store = openStore(join(folder, 'log'));
      const log = LmdbLog.open(store, config);
      try {
        return await readLog(log, heads);
      } finally {
        await log.close();
        await store.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
