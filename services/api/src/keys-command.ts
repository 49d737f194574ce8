import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import { answerOf, defaultUrl, isWebUrl, Misused, type Asked, type Said } from './command-line.js';

/** One request to the server API, and how its answer is told. */
interface Request extends Asked {
  readonly told: (answer: unknown) => string;
}

interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdMs: number;
}

export const usage = `keys-cli create --name <name> --scopes <scope,scope>   prints the new key, this once
keys-cli list
keys-cli delete <id>
  --url <address of the server API>, default ${defaultUrl}
  PLAZA_API_KEY: a key with the scope keys:write
`;

const options = { url: { type: 'string', default: defaultUrl }, name: { type: 'string' }, scopes: { type: 'string' } } as const;

/** Makes, lists and takes back API keys by way of a running server API. */
export async function keysCommand(args: readonly string[], apiKey: string): Promise<Said> {
  try {
    const { url, request } = understood(args);
    if (apiKey === '') throw new Misused('PLAZA_API_KEY is not set');
    return { code: 0, out: request.told(await answerOf(url, request, apiKey)), err: '' };
  } catch (error) {
    const misused = error instanceof Misused;
    return { code: misused ? 2 : 1, out: '', err: `keys-cli: ${causeOf(error)}\n${misused ? `\n${usage}` : ''}` };
  }
}

function understood(args: readonly string[]): { url: string; request: Request } {
  const { values, positionals } = parsed(args);
  if (!isWebUrl(values.url)) throw new Misused(`--url ${values.url} is no http address`);
  const [command, id, ...more] = positionals;
  if (more.length > 0 || (id !== undefined && command !== 'delete')) throw new Misused(`too many arguments: ${positionals.join(' ')}`);
  return { url: values.url, request: requestOf(command, id, values) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Misused(causeOf(error));
  }
}

function requestOf(command: string | undefined, id: string | undefined, given: { name?: string; scopes?: string }): Request {
  switch (command) {
    case 'create':
      return creation(given.name, given.scopes);
    case 'list':
      return { method: 'GET', path: '/v1/keys', told: (answer) => (answer as { keys: Key[] }).keys.map(lineOf).join('') };
    case 'delete':
      if (id === undefined) throw new Misused('delete needs the id of a key');
      return { method: 'DELETE', path: `/v1/keys/${encodeURIComponent(id)}`, told: () => `deleted ${id}\n` };
    default:
      throw new Misused(command === undefined ? 'what is to be done?' : `there is no ${command}`);
  }
}

function creation(name: string | undefined, list: string | undefined): Request {
  const scopes = (list ?? '').split(',').map((scope) => scope.trim());
  if (name === undefined || scopes.includes('')) throw new Misused('create needs --name and --scopes');
  const told = (answer: unknown): string => `${lineOf(answer as Key)}${(answer as { key: string }).key}\n`;
  return { method: 'POST', path: '/v1/keys', body: { name, scopes }, told };
}

const lineOf = ({ id, name, scopes, createdMs }: Key): string =>
  `${id}  ${new Date(createdMs).toISOString()}  ${scopes.join(',')}  ${name}\n`;
