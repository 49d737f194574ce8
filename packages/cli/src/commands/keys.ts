import { Misused, needed, type Command } from '../command.js';
import { inPath, type ServerApi } from '../server-api.js';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdMs: number;
}

const scopes = 'keys:write';

export const createKey: Command = {
  line: 'keys create',
  summary: 'makes an API key and prints it, this once',
  scopes,
  options: {
    name: { type: 'string', about: 'what it is for' },
    scopes: { type: 'string', about: 'what it may do: scope,scope' },
  },
  async run(given, { api }) {
    const wanted = needed(given, 'scopes')
      .split(',')
      .map((scope) => scope.trim());
    if (wanted.includes('')) throw new Misused('a scope is empty');
    const body = { name: needed(given, 'name'), scopes: wanted };
    const made = await api.ask<Key & { readonly key: string }>({ method: 'POST', path: '/v1/keys', body });
    return { text: `${lineOf(made)}${made.key}\n`, json: made };
  },
};

export const listKeys: Command = {
  line: 'keys list',
  summary: 'lists the API keys that were made so, without the keys themselves',
  scopes,
  options: {},
  async run(_given, { api }) {
    const keys = await keysOf(api);
    return { text: keys.map(lineOf).join(''), json: { keys } };
  },
};

export const deleteKey: Command = {
  line: 'keys delete <key>',
  summary: 'takes an API key back, by its id',
  scopes,
  options: {},
  async run({ targets: [id = ''] }, { api, agree }) {
    const key = (await keysOf(api)).find((one) => one.id === id);
    if (key === undefined) return { text: `there is no key ${id}\n`, json: { id, result: 'unchanged' } };
    await agree(`The key ${id} (${key.name}) does not work any more.`);
    await api.ask({ method: 'DELETE', path: `/v1/keys/${inPath(id)}` });
    return { text: `deleted ${id}\n`, json: { id, result: 'done' } };
  },
};

const keysOf = async (api: ServerApi): Promise<readonly Key[]> => (await api.get<{ keys: readonly Key[] }>('/v1/keys')).keys;

const lineOf = ({ id, name, scopes: held, createdMs }: Key): string =>
  `${id}  ${new Date(createdMs).toISOString()}  ${held.join(',')}  ${name}\n`;
