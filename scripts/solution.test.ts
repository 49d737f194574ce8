import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');

test('the solution builds every package and service that is compiled to dist', () => {
  const solution = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { references: { path: string }[] };
  const compiled = ['packages', 'services']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .concat('proto', 'stories', 'loadtest', 'chaos', 'deploy')
    .filter((folder) => isCompiled(join(root, folder, 'tsconfig.json')));
  expect(solution.references.map(({ path }) => path).sort()).toEqual(compiled.sort());
});

const isCompiled = (file: string): boolean => existsSync(file) && readFileSync(file, 'utf8').includes('"outDir"');
