import { expect, test } from '@jest/globals';
import { costs } from '../capacity/costs.fixture.js';
import { plotsOf, verdictPage } from './page.js';
import { plotOf, stepOf } from './plot.js';
import { during, good } from './rehearsal.fixture.js';
import { verdictOf } from './verdict.js';

test.each([
  [1, 0.2],
  [10, 2],
  [4999, 1000],
  [5000, 1000],
  [30_000, 10_000],
])('up to %d a line is drawn each %d', (most, step) => {
  expect(stepOf(most)).toBeCloseTo(step);
});

const plot = { title: 'Lag & more', unit: ' ms', marks: [{ atS: 5, what: 'edge-1 <killed>' }], limit: 250, seconds: 10 };

test('a plot is an SVG with its lines, gaps, marks and limit', () => {
  const svg = plotOf({
    ...plot,
    lines: [
      {
        name: 'p99',
        points: [
          [0, 100],
          [1, 200],
          [2, null],
          [3, 50],
          [4, null],
        ],
      },
    ],
  });
  expect(svg.match(/<path d="([^"]*)"/)?.[1]).toMatch(/^M[\d. ]+L[\d. ]+M[\d. ]+$/);
  expect(svg.match(/<circle /g)).toHaveLength(1);
  expect(svg).toContain('edge-1 &lt;killed&gt;');
  expect(svg).toContain('stroke-dasharray');
  expect(svg).toContain('Lag &amp; more');
});

test('a plot without a point is one still', () => {
  expect(plotOf({ ...plot, lines: [{ name: 'none', points: [] }] })).toContain('<path d=""');
});

test('what is higher is drawn higher', () => {
  const svg = plotOf({
    ...plot,
    lines: [
      {
        name: 'p99',
        points: [
          [0, 10],
          [10, 240],
        ],
      },
    ],
  });
  const [, low, high] = /<path d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/.exec(svg) ?? [];
  expect(Number(high)).toBeLessThan(Number(low));
});

test('there are plots of sockets, lag, pauses, messages, lost and processors', () => {
  expect(plotsOf(good).map(({ title }) => title.split(' ')[0])).toEqual([
    'Sockets',
    'Lag',
    'Pauses',
    'Messages',
    'Lost,',
    'Busiest',
    'Machine',
  ]);
  expect(plotsOf(during(0, 120, { cpu: {} })).map(({ title }) => title)).not.toContain('Busiest processes, of a core');
});

test('messages are of a second, also where a look came late; the axis goes on to the last look', () => {
  const samples = [
    { ...good.samples[0]!, atS: 1 },
    { ...good.samples[1]!, atS: 3 },
    { ...good.samples[2]!, atS: 122 },
  ];
  const plots = plotsOf({ ...good, samples });
  expect(plots[3]?.lines[0]?.points.slice(0, 2)).toEqual([
    [1, 30],
    [3, 15],
  ]);
  expect(plots[3]?.seconds).toBe(122);
});

test('of many processes the busiest are drawn', () => {
  const cpu = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`p-${index}`, index / 10]));
  expect(plotsOf(during(0, 120, { cpu }))[5]?.lines.map(({ name }) => name)).toEqual(['p-8', 'p-7', 'p-6', 'p-5', 'p-4']);
});

test.each([
  ['fits', good, 'Every limit was kept.'],
  ['does not fit', during(70, 120, { breaks: 1 }), 'The first limit met: lost at 70 s'],
])('the page says: %s', (fits, run, first) => {
  const page = verdictPage(run, verdictOf(run, costs), '2 x CPU <x>');
  expect(page).toContain(`>${fits}</span>`);
  expect(page).toContain(first);
  expect(page.match(/<svg /g)).toHaveLength(7);
  expect(page).toContain('2 x CPU &lt;x&gt;');
  expect(page).not.toMatch(/<script|<link|<img|src=|https?:\/\//);
});
