import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { emptyPage, withReport } from './report-file.js';

test('a report goes between its marks, and what stands around them stays', () => {
  const page = `# Faults\n\nby hand\n\n${emptyPage}\n## By hand, too\n`;
  const once = withReport(page, '\nfirst $& run\n');
  expect(once).toMatch(/^# Faults\n\nby hand\n\n<!--.*-->\n\nfirst \$& run\n\n<!--.*-->\n\n## By hand, too\n$/);
  expect(withReport(once, 'second run')).toBe(once.replace('first $& run', 'second run'));
});

test.each(['', '# Faults\n', emptyPage + emptyPage, emptyPage.split('\n').reverse().join('\n')])('%j has no place for one', (page) =>
  expect(() => withReport(page, 'a run')).toThrow('one line'),
);

test('the page of this repository has one', () => {
  const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  expect(withReport(page, 'a run')).toContain('a run');
});
