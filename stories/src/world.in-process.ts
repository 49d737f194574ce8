import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shardOf, type RoomId } from '@plaza/domain';
import { readConfig } from '@plaza/kit';
import { composeStandalone, standaloneTable, type StandaloneConfig } from '@plaza/standalone';
import { paceOff, type World } from './world.js';

const shape = { holders: 2, edges: 2 };

/** Two holders and two edges in this process, on embedded storage in a folder of its own. */
export async function inProcessWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-world-'));
  const config = configOf(folder);
  let running = composeStandalone(config, paceOff, shape);
  await running.service.start();
  const places = (): ReturnType<typeof running.service.places> => running.service.places();
  const end = async (): Promise<void> => {
    await running.service.drain();
    await running.service.stop();
  };
  return {
    name: 'in process',
    get apiUrl() {
      return places().api;
    },
    get pageUrl() {
      return places().page;
    },
    get apiKey() {
      return running.service.apiKey;
    },
    get connectUrls() {
      return running.service.connectUrls();
    },
    async killHolderOf(room) {
      if (!(await running.service.holders.cut(shardOf(room as RoomId, config.shards)))) throw new Error(`nobody holds ${room}`);
    },
    reviveHolders: () => running.service.holders.start(),
    async loseProjection() {
      for (let shard = 0; shard < config.shards; shard++) await running.projection.reset(shard);
    },
    async restart() {
      await end();
      running = composeStandalone(config, paceOff, shape);
      await running.service.start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string): StandaloneConfig {
  const env = {
    PLAZA_DATA: folder,
    PLAZA_API_PORT: '0',
    PLAZA_EDGE_PORT: '0',
    PLAZA_PROBE_PORT: '0',
    PLAZA_LOG_LEVEL: 'error',
    PLAZA_SHARDS: '16',
  };
  const read = readConfig(standaloneTable, env);
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  return read.config;
}
