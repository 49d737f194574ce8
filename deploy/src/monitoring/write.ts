/** `node deploy/dist/monitoring/write.js`: writes the dashboards and alert rules of deploy/monitoring. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { monitoringFiles } from './files.js';

const folder = fileURLToPath(new URL('../../monitoring/', import.meta.url));
for (const [path, text] of monitoringFiles()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
