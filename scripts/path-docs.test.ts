import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../', import.meta.url));
const filesNamedIn = (page: string): string[] =>
  [...readFileSync(root + page, 'utf8').matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.tsx?)`/g)].map((match) => match[1] as string);

test.each(['docs/message-path.md', 'docs/moderation-path.md'])('%s names files that exist', (page) => {
  const files = filesNamedIn(page);
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(root + file))).toEqual([]);
});
