/** docs/configuration.md, from the tables of the services: what several have alike stands once. */

export const services = ['edge', 'room-state', 'history', 'metrics', 'api', 'engine-exporter', 'standalone'];

const intro = `# Configuration

Made from the tables in \`services/*/src/config.ts\` by \`node scripts/configuration-doc.mjs\` after a build; not edited by hand.

Every setting is an environment variable. A process reads all of them at its start, reports every mistake at once in words, and ends with exit
code 78. An empty variable counts as not set. Secrets are never printed. Secrets that start with \`dev-\` are for development: no service that
listens on anything but loopback starts with them.
`;

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function fallbackOf({ fallback }) {
  if (fallback === undefined) return 'required';
  return fallback === '' ? '' : `\`${cell(fallback)}\``;
}

const docOf = ({ doc, secret }) => cell(secret ? `${doc} Secret.` : doc);
const section = (title, heads, rows) =>
  [
    `## ${title}`,
    '',
    `| ${heads.join(' | ')} |`,
    `| ${heads.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');

/** `tables`: service -> table of kit variables. */
export function configurationPage(tables) {
  const entries = Object.entries(tables).flatMap(([service, table]) => Object.values(table).map((variable) => ({ service, variable })));
  const alike = groupBy(entries, keyOf);
  const shared = [...alike.values()].filter((group) => group.length > 1);
  const parts = [intro];
  parts.push(
    section(
      'In several services',
      ['variable', 'default', 'meaning', 'services'],
      shared.map((group) => [...rowOf(group[0]), group.map(({ service }) => service).join(', ')]),
    ),
  );
  for (const service of Object.keys(tables)) {
    const own = entries.filter((entry) => entry.service === service && alike.get(keyOf(entry)).length === 1);
    if (own.length > 0) parts.push(section(service, ['variable', 'default', 'meaning'], own.map(rowOf)));
  }
  return parts.join('\n');
}

const keyOf = ({ variable: { name, fallback, doc } }) => JSON.stringify([name, fallback, doc]);
const rowOf = ({ variable }) => [`\`${variable.name}\``, fallbackOf(variable), docOf(variable)];

function groupBy(entries, key) {
  const groups = new Map();
  for (const entry of entries) groups.set(key(entry), [...(groups.get(key(entry)) ?? []), entry]);
  return groups;
}
