import { statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import { SmallDisks } from './small-disks.js';

const hindrance = SmallDisks.hindrance();
let disks: SmallDisks | undefined;
afterEach(() => disks?.unmount());

// Where no tmpfs can be mounted the suite says so, and has no such fault.
test(`a small disk is filled to the last byte, and freed${hindrance === undefined ? '' : ` (not here: ${hindrance})`}`, () => {
  if (hindrance !== undefined) return expect(hindrance).toMatch(/tmpfs/);
  disks = new SmallDisks(temporaryFolder());
  const folder = disks.of('n1');
  disks.fill('n1');
  expect(statfsSync(folder).bavail).toBe(0);
  expect(() => writeFileSync(join(folder, 'more'), Buffer.alloc(4096))).toThrow('ENOSPC');
  disks.free('n1');
  writeFileSync(join(folder, 'more'), Buffer.alloc(4096));
});
