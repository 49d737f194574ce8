import { expect, test } from '@jest/globals';
import { isKept } from './kept.js';

const debian = { os: 'linux', arch: 'x64', abis: ['115', '127'] };
const uws = 'node_modules/uWebSockets.js/dist/bin';
const lmdb = 'node_modules/@lmdb/lmdb-linux-x64';

test.each([
  [`${uws}/uws_linux_x64_127.node`, true],
  [`${uws}/uws_linux_x64_115.node`, true],
  [`${uws}/uws_linux_x64_108.node`, false],
  [`${uws}/uws_linux_arm64_127.node`, false],
  [`${uws}/uws_darwin_arm64_127.node`, false],
  [`${uws}/uws_win32_x64_127.node`, false],
  [`${lmdb}/node.abi127.glibc.node`, true],
  [`${lmdb}/node.napi.glibc.node`, true],
  [`${lmdb}/node.napi.musl.node`, false],
  ['node_modules/@lmdb/lmdb-darwin-arm64/node.napi.node', false],
  ['dist/main.js', true],
  ['dist/main.js.map', false],
  ['dist/main.d.ts', false],
  ['src/main.ts', false],
  ['node_modules/@types/node/index.d.ts', false],
  ['node_modules/@types/node/package.json', false],
  ['node_modules/pino/LICENSE', true],
  ['node_modules/.bin/pino', false],
  ['package.json', true],
])('%s: %s', (path, kept) => {
  expect(isKept(path, debian)).toBe(kept);
});

test('an image for arm64 has what the one for x64 has not', () => {
  expect(isKept(`${uws}/uws_linux_arm64_127.node`, { ...debian, arch: 'arm64' })).toBe(true);
  expect(isKept(`${uws}/uws_linux_x64_127.node`, { ...debian, arch: 'arm64' })).toBe(false);
});
