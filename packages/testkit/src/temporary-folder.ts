import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A new empty folder. Inside a jest run it lies in the run's own folder, which goes away with the run (scripts/jest-run.mjs); elsewhere
 * its maker removes it.
 */
export const temporaryFolder = (): string => mkdtempSync(join(process.env['PLAZA_TEST_RUN'] ?? tmpdir(), 'plaza-'));
