import type { Command } from './command.js';
import { commands } from './commands.js';
import { defaultUrl } from './server-api.js';
import { table } from './table.js';

const shared: readonly (readonly [string, string])[] = [
  ['--url <address>', `of the server API; default ${defaultUrl}`],
  ['--json', 'the answer as one JSON object'],
  ['--yes', 'asks nothing before it harms'],
  ['--help', 'what a command takes'],
];

const indented = (rows: readonly (readonly string[])[]): string => table(rows).replaceAll(/^(?=.)/gm, '  ');

const closing = `The API key is in PLAZA_API_KEY; backup asks the engines by the variables of the services. Ends with 0: done; 1: refused, not reached, not agreed to, or found bad; 2: not understood.
Every command but keys create is safe to repeat. What changes anything is in the audit log.
`;

export const usage = `plaza <command>

${indented(commands.map(({ line, summary }) => [line, summary]))}
${indented(shared)}
${closing}`;

export function usageOf({ line, summary, options, scopes }: Command): string {
  const own = Object.entries(options).map(([name, { type, about }]) => [`--${name}${type === 'string' ? ` <${name}>` : ''}`, about]);
  const needs =
    scopes === ''
      ? 'Asks the engines that PLAZA_NATS_SERVERS, PLAZA_REDIS_URL, PLAZA_CASSANDRA_HOSTS and the like name, as the services have them.'
      : `The API key (PLAZA_API_KEY) needs ${scopes}.`;
  return `plaza ${line}\n  ${summary}\n\n${indented([...own, ...shared])}\n${needs}\n`;
}
