import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as roles from '../packages/domain/src/roles.js';
import { rolesPage, words } from './roles-page.mjs';

describe('docs/roles.md', () => {
  test('is what the rooms decide by; after a build: node scripts/roles-doc.mjs', () => {
    expect(readFileSync(join(import.meta.dirname, '..', 'docs', 'roles.md'), 'utf8')).toBe(rolesPage(roles));
  });

  test('has words for every act and for nothing else', () => expect(Object.keys(words)).toEqual(Object.keys(roles.acts)));
});
