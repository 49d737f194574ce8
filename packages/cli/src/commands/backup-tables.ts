import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { filesBelow } from '../backup/files.js';
import { cassandraName, readManifest } from '../backup/manifest.js';
import { Misused, needed, type Command } from '../command.js';

export const makeTables: Command = {
  line: 'backup tables',
  summary: 'makes the tables of a backup in an empty Cassandra, as its snapshots describe them, for nodetool import',
  scopes: '',
  options: { from: { type: 'string', about: 'the folder of the backup' } },
  async run(given, { engines, agree }) {
    const folder = resolve(needed(given, 'from'));
    await readManifest(folder);
    const statements = await statementsIn(folder);
    if (statements.length === 0) throw new Misused(`there is no schema.cql below ${join(folder, cassandraName)}`);
    const tables = await engines.tables();
    try {
      const { keyspace } = tables;
      const strange = statements.find((statement) => !statement.includes(` ${keyspace}.`));
      if (strange !== undefined) throw new Misused(`PLAZA_CASSANDRA_KEYSPACE is ${keyspace}, and the backup says: ${strange.slice(0, 80)}`);
      if ((await tables.places()) !== undefined) throw new Misused(`the keyspace ${keyspace} has tables already`);
      await agree(`${statements.length} statements make the tables of the keyspace ${keyspace}.`);
      await tables.make(statements);
      return { text: `the tables of ${keyspace} are made\n`, json: { keyspace, statements: statements.length } };
    } finally {
      await tables.close();
    }
  },
};

/** Each once: every node has written all of them. */
async function statementsIn(folder: string): Promise<string[]> {
  const files = (await filesBelow(folder)).filter(({ path }) => path.startsWith(`${cassandraName}/`) && path.endsWith('/schema.cql'));
  const texts = await Promise.all(files.map(({ path }) => readFile(join(folder, path), 'utf8')));
  const statements = texts.flatMap((text) => text.split(/;\s*(?:\n|$)/)).map((statement) => statement.trim());
  return [...new Set(statements.filter((statement) => statement !== ''))];
}
