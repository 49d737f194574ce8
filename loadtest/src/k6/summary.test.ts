import { expect, test } from '@jest/globals';
import { settingsOf } from './settings.js';
import { shown, summaryLines, summaryPage, thresholdsOf, type Summary } from './summary.js';

const summary: Summary = {
  state: { testRunDurationMs: 12_340 },
  metrics: {
    plaza_gaps: { type: 'counter', contains: 'default', values: { count: 2, rate: 0.1623 }, thresholds: { 'count==0': { ok: false } } },
    plaza_lag_ms: { type: 'trend', contains: 'time', values: { 'p(95)': 41.2345 }, thresholds: { 'p(95)<1000': { ok: true } } },
    ws_sessions: { type: 'counter', contains: 'default', values: { count: 12_000 } },
  },
};
const settings = settingsOf({
  PLAZA_K6_URLS: 'ws://a/v1/connect',
  PLAZA_K6_API: 'http://a',
  PLAZA_K6_KEY: 'the-key',
  PLAZA_K6_TOKEN_SECRET: 'the-secret',
});

test.each([
  [12_000, 'default', '12,000'],
  [41.2345, 'time', '41.2 ms'],
  [0.001234, 'default', '0.00123'],
])('%d as %s is %s', (value, contains, text) => {
  expect(shown(value, contains)).toBe(text);
});

test('what was not kept stands first', () => {
  expect(thresholdsOf(summary).map(({ metric, ok }) => [metric, ok])).toEqual([
    ['plaza_gaps', false],
    ['plaza_lag_ms', true],
  ]);
});

test('a terminal is told the verdict, each threshold and our own metrics', () => {
  expect(summaryLines('Hot room', summary)).toEqual([
    'Hot room: 1 of 2 thresholds NOT kept in 12.3 s',
    '  NOT KEPT  plaza_gaps: count==0',
    '  kept      plaza_lag_ms: p(95)<1000',
    '  plaza_gaps: count 2, rate 0.162',
    '  plaza_lag_ms: p(95) 41.2 ms',
  ]);
});

test('the page tells the same, needs no network and has no secrets', () => {
  const page = summaryPage('Hot <room>', settings, summary);
  expect(page).toContain('Hot &lt;room&gt;');
  expect(page).toContain('1 of 2 thresholds not kept');
  expect(page).toContain('<tr class="broken"><td>not kept</td><td>plaza_gaps</td><td>count==0</td></tr>');
  expect(page).not.toMatch(/the-key|the-secret|<script|<link|src=/);
});

test('a run in which everything was kept says so', () => {
  const { plaza_gaps: _, ...metrics } = summary.metrics;
  expect(summaryPage('t', settings, { ...summary, metrics })).toContain('<span class="verdict">all 1 thresholds kept</span>');
});
