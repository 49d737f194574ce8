import { build } from './build.mjs';
import { runPart, summaryLine } from './jest-parts.mjs';
import { CommandFailed, tool } from './run.mjs';

/** Format, lint, types, fast tests. */
export function check() {
  tool('node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
  build();
  for (const project of ['tsconfig.tests.json', 'loadtest/k6/tsconfig.json']) tool('node_modules/typescript/bin/tsc', ['-p', project]);
  tool('node_modules/eslint/bin/eslint.js', ['.']);
  const counts = runPart('fast', []);
  process.stdout.write(`${summaryLine(counts)}\n`);
  if (counts.failed > 0) throw new CommandFailed('tests failed', 1);
}
