import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '@plaza/kit';
import { parse } from 'yaml';
import { tables, type ServiceName } from './services.js';

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly build?: { readonly target: string }; readonly environment?: Readonly<Record<string, string>> }>
  >;
}

const folder = join(import.meta.dirname, '../../compose');
const text = readFileSync(join(folder, 'compose.yaml'), 'utf8');
const { services } = parse(text, { merge: true }) as Compose;
const own = Object.entries(services).filter(([, { build }]) => build !== undefined);

/** `${NAME:?why}` and `${NAME:-default}`, as compose puts values in. */
const filledIn = (value: string, secrets: Readonly<Record<string, string>>): string =>
  value.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, how: string, rest: string) => {
    const given = secrets[name] ?? (how === '-' ? rest : undefined);
    if (given === undefined) throw new Error(`${name} ${rest}`);
    return given;
  });

const secrets = {
  PLAZA_TOKEN_SECRET: 't'.repeat(40),
  PLAZA_API_KEYS: 'a'.repeat(64),
  PLAZA_NATS_PASSWORD: 'n'.repeat(24),
  PLAZA_REDIS_PASSWORD: 'r'.repeat(24),
};

describe.each(own)('%s', (_, { build, environment = {} }) => {
  const table = tables[build?.target as ServiceName];

  test('has no variable but its own, and all of them are right', () => {
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value, secrets)]));
    expect(readConfig(table, env)).toHaveProperty('config');
    expect(Object.keys(environment).filter((name) => !Object.values(table).some((variable) => variable.name === name))).toEqual([]);
  });
});

test('every service of a cluster is there', () => {
  expect([...new Set(own.map(([, { build }]) => build?.target))].sort()).toEqual(Object.keys(tables).sort());
});

test('no secret has a default: each is asked for, and stands empty in the example', () => {
  for (const name of Object.keys(secrets)) {
    expect(text).toContain(`\${${name}:?`);
    expect(text).not.toMatch(new RegExp(`\\$\\{${name}(\\}|:?-)`));
    expect(readFileSync(join(folder, 'secrets.example'), 'utf8')).toMatch(new RegExp(`^${name}=$`, 'm'));
  }
});
