/** The whole workspace, from its sources. `PLAZA_TESTS` picks a part: fast, engines, browser; default all. */
const part = process.env.PLAZA_TESTS ?? 'all';
const leftOut = (process.env.PLAZA_TESTS_LEFT_OUT ?? '')
  .split(',')
  .filter(Boolean)
  .map((path) => path.replaceAll('.', '\\.'));
const match = {
  fast: {
    testMatch: ['**/*.test.ts'],
    testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.engine\\.test\\.ts$', '\\.browser\\.test\\.ts$'],
  },
  engines: { testMatch: ['**/*.engine.test.ts'], testPathIgnorePatterns: ['/node_modules/', '/dist/'] },
  browser: { testMatch: ['**/*.browser.test.ts'], testPathIgnorePatterns: ['/node_modules/', '/dist/'] },
  all: { testMatch: ['**/*.test.ts'], testPathIgnorePatterns: ['/node_modules/', '/dist/'] },
}[part];

export default {
  ...match,
  testPathIgnorePatterns: [...match.testPathIgnorePatterns, ...leftOut],
  roots: [
    '<rootDir>/packages',
    '<rootDir>/services',
    '<rootDir>/stories',
    '<rootDir>/loadtest',
    '<rootDir>/chaos',
    '<rootDir>/deploy/src',
    '<rootDir>/scripts',
  ],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['plaza-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  coverageProvider: 'v8',
  testTimeout: part === 'fast' ? 20_000 : 120_000,
  globalSetup: '<rootDir>/scripts/jest-run.mjs',
  globalTeardown: '<rootDir>/scripts/jest-run-end.mjs',
  reporters: ['default', '<rootDir>/scripts/plain-reporter.mjs'],
};
