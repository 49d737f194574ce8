import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits, textLimits, timedMuteSeconds } from './limits.js';
import { refusals } from './refusal.js';

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The rows of the tables below a heading, as cells. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const numberOrDash = (value: number) => (value === 0 ? '-' : String(value));

describe('docs/protocol.md', () => {
  test('has every refusal code, as the catalogue has it', () => {
    const expected = Object.entries(refusals).map(([code, { why, http, close }]) => [
      `\`${code}\``,
      why,
      numberOrDash(http),
      numberOrDash(close),
    ]);
    expect(rowsBelow('Refusal codes')).toEqual(expected);
  });

  test.each([...Object.entries(textLimits), ['ext', defaultLimits.extCodePoints], ['body', defaultLimits.bodyCodePoints]] as [
    string,
    number,
  ][])('has the limit of %s', (field, most) => {
    const row = rowsBelow('Limits').find(([what]) => what!.startsWith(`\`${field}\``));
    expect(row?.[1]).toMatch(new RegExp(`^${most} characters`));
  });

  test('has the bounds of a timed mute', () => {
    const row = rowsBelow('Limits').find(([what]) => what!.startsWith('`seconds`'));
    expect(row?.[1]).toContain(`${timedMuteSeconds.least} to ${timedMuteSeconds.most}`);
  });
});
