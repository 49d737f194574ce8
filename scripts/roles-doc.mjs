/** Writes docs/roles.md from the built domain: node scripts/roles-doc.mjs */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './dev/run.mjs';
import { rolesPage } from './roles-page.mjs';

const domain = await import('../packages/domain/dist/roles.js');
writeFileSync(join(root, 'docs/roles.md'), rolesPage(domain));
