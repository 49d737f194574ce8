/** Writes docs/configuration.md from the built services: node scripts/configuration-doc.mjs */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage, services } from './configuration-page.mjs';
import { root } from './dev/run.mjs';

/** `room-state` names its table `roomStateTable`. */
const tableName = (service) => `${service.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase())}Table`;

const { processTable } = await import('../packages/kit/dist/index.js');
const tables = {};
for (const service of services) {
  const config = await import(`../services/${service}/dist/config.js`);
  tables[service] = { ...processTable, ...config[tableName(service)] };
}
writeFileSync(join(root, 'docs/configuration.md'), configurationPage(tables));
