/** Writes the table of refusal codes into docs/protocol.md from the built domain: node scripts/refusals-table.mjs */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './dev/run.mjs';

const { refusals } = await import('../packages/domain/dist/index.js');
const page = join(root, 'docs/protocol.md');
const orDash = (value) => (value === 0 ? '-' : String(value));
const rows = Object.entries(refusals).map(
  ([code, { why, http, close }]) => `| \`${code}\` | ${why} | ${orDash(http)} | ${orDash(close)} |`,
);
const table = ['| code | meaning | HTTP | close |', '| --- | --- | --- | --- |', ...rows].join('\n');
const text = readFileSync(page, 'utf8');
const [before, section] = text.split('\n## Refusal codes\n');
writeFileSync(page, `${before}\n## Refusal codes\n${section.replace(/\| code [\s\S]*?\n(?!\|)/, `${table}\n`)}`);
