import { describe, expect, test } from '@jest/globals';
import { costs } from '../capacity/costs.fixture.js';
import { during, good } from './rehearsal.fixture.js';
import type { Rehearsal } from './rehearsal.js';
import { verdictOf, type Verdict } from './verdict.js';

const brokenOf = ({ limits }: Verdict): string[] => limits.filter(({ ok }) => !ok).map(({ name }) => name);

test('where every limit was kept and one of each may be lost, it fits and nothing is to add', () => {
  const verdict = verdictOf(good, costs);
  expect([verdict.fits, brokenOf(verdict), verdict.first, verdict.add]).toEqual(['fits', [], undefined, []]);
});

describe('it does not fit, because of', () => {
  test.each<[string, Rehearsal, string, number | undefined]>([
    ['viewers who were not let in', { ...good, allInS: undefined, failed: { 'edge-full': 7 } }, 'joins', 9.25],
    ['viewers who came in too slowly', { ...good, allInS: 9.3 }, 'joins', 9.25],
    ['lag for three seconds', during(30, 33, { lagP99: 251 }), 'lag', 30],
    ['no message at all', during(0, 120, { lagP50: null, lagP99: null }), 'lag', undefined],
    ['a pause that was too long', during(52, 53, { pausesMs: [10_001] }), 'pause', 50],
    ['viewers who are not back at the end', during(60, 120, { open: 4999 }), 'pause', 50],
    ['a message that was never accepted', { ...good, givenUp: 1 }, 'accepted', undefined],
    ['a planted break of a chain', during(70, 120, { breaks: 1 }), 'lost', 70],
    ['a hole that was told', during(71, 120, { told: 1 }), 'lost', 71],
    ['a process that was full', during(80, 83, { cpu: { 'edge-1': 0.95 } }), 'processor', 80],
    ['the mix', { ...good, mixBroken: ['plaza_gaps count==0'] }, 'mix', undefined],
  ])('%s', (_, run, name, sinceS) => {
    const verdict = verdictOf(run, costs);
    expect(verdict.fits).toBe('does not fit');
    expect(brokenOf(verdict)).toEqual([name]);
    expect(verdict.first?.sinceS).toBe(sinceS);
    expect(verdict.add.length).toBeGreaterThan(0);
  });
});

test.each([
  ['a second or two are no limit', during(30, 32, { lagP99: 900 })],
  ['lag while a kill heals is a pause', during(50, 65, { lagP99: 9000 })],
  ['no message in a second is no lag', during(30, 40, { lagP50: null, lagP99: null })],
])('%s', (_, run) => {
  expect(verdictOf(run, costs).fits).toBe('fits');
});

test('of two limits the one is named that was met first', () => {
  const run = during(90, 120, { breaks: 3 }, during(30, 40, { lagP99: 400 }));
  expect(verdictOf(run, costs).first?.name).toBe('lag');
});

test('where the machine of the crowd was full, nobody knows', () => {
  const run = during(0, 120, { machineBusy: 0.99, machineOthers: 0.42 }, during(30, 40, { lagP99: 400 }));
  const verdict = verdictOf(run, costs);
  expect(verdict.fits).toBe('not known');
  expect(verdict.add.at(-1)).toContain('the machine of the crowd was full, 42 % of it with what is neither');
});

describe('what to add', () => {
  test.each<[string, Rehearsal, readonly RegExp[]]>([
    [
      'one more than the formulae ask for, of what is there',
      { ...good, there: { edges: 1, holders: 1 } },
      [/^add 1 edge to the 1 there: 1 carries/, /^add 1 room-state process to the 1 there/],
    ],
    ['in all, where what is there is not known', { ...good, there: undefined }, [/^have 2 edges/, /^have 2 room-state processes/]],
    ['more lag, where no number of edges is enough', { ...good, asked: { ...good.asked, rate: 10_000_000 } }, [/no number of edges/]],
  ])('%s', (_, run, lines) => {
    const { add } = verdictOf(run, costs);
    expect(add).toHaveLength(lines.length);
    add.forEach((line, index) => expect(line).toMatch(lines[index] as RegExp));
  });
});
