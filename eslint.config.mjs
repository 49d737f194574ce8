import tseslint from 'typescript-eslint';
import { importBySuffix } from './tooling/eslint/import-by-suffix.mjs';

const sources = [
  'packages/*/src/**/*.ts',
  'services/*/src/**/*.ts',
  'stories/src/**/*.ts',
  'loadtest/src/**/*.ts',
  'chaos/src/**/*.ts',
  'deploy/src/**/*.ts',
  'scripts/**/*.ts',
];
const tests = ['**/*.test.ts', '**/*.contract.ts', '**/*.story.ts'];

/** The environment and the end of a process belong to few places. */
const ownEnvironment = {
  object: 'process',
  property: 'env',
  message: 'Only main.ts reads the environment; everything else gets its configuration.',
};
const ownExit = { object: 'process', property: 'exit', message: 'Only kit/service.ts ends a process.' };

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', 'proto/gen/', 'packages/console/', 'data/', 'cluster-data/', 'artifacts/', 'coverage/'] },
  {
    files: sources,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.tests.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { plaza: { rules: { 'import-by-suffix': importBySuffix } } },
    rules: {
      'plaza/import-by-suffix': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-properties': ['error', ownEnvironment, ownExit],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // An index that a loop has bounded; noUncheckedIndexedAccess cannot know.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Ports answer with promises also where an adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Spreading text is how code points are counted.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
    },
  },
  {
    files: tests,
    rules: {
      // expect(object.method) and asymmetric matchers (any) are how jest is used.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      'no-restricted-properties': ['error', ownExit],
    },
  },
  {
    files: ['services/*/src/main.ts', 'packages/cli/src/main.ts', 'packages/testkit/src/**/*.ts', 'stories/src/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', ownExit] },
  },
  { files: ['packages/kit/src/service.ts'], rules: { 'no-restricted-properties': ['error', ownEnvironment] } },
  {
    files: ['loadtest/src/**/*.ts', 'chaos/src/**/*.ts', 'deploy/src/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off', 'plaza/import-by-suffix': 'off' },
  },
  { files: ['packages/testkit/src/**/*.ts', 'stories/src/**/*.ts'], rules: { 'plaza/import-by-suffix': 'off' } },
  {
    // What k6 runs, with the types of its modules.
    files: ['loadtest/k6/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './loadtest/k6/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': 'off',
      // The types of scenarios are classes, and nobody makes them so.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // What browsers run, and the rules of a room: no Node.
    files: ['packages/{domain,protocol,client}/src/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'This package runs in browsers too.' }] }] },
  },
);
