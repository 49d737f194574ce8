import type { Command } from './command.js';
import { verifyAudit } from './commands/audit.js';
import { createBackup } from './commands/backup-create.js';
import { restoreBackup } from './commands/backup-restore.js';
import { makeTables } from './commands/backup-tables.js';
import { verifyBackup } from './commands/backup-verify.js';
import { showCluster } from './commands/cluster.js';
import { drainEdge, undrainEdge } from './commands/edge.js';
import { createKey, deleteKey, listKeys } from './commands/keys.js';
import { exportRoom } from './commands/room-export.js';
import { pauseRoom, resumeRoom } from './commands/room.js';
import { handOverShard } from './commands/shard.js';
import { replayWebhook } from './commands/webhook.js';

/** In the order of their help. */
export const commands: readonly Command[] = [
  showCluster,
  handOverShard,
  drainEdge,
  undrainEdge,
  pauseRoom,
  resumeRoom,
  exportRoom,
  replayWebhook,
  verifyAudit,
  createKey,
  listKeys,
  deleteKey,
  createBackup,
  verifyBackup,
  makeTables,
  restoreBackup,
];
