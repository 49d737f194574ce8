import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { alerts } from './alerts.js';
import { dashboardOf, dashboards } from './dashboard.js';
import { monitoringFiles } from './files.js';
import { runbookOf } from './rules.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'deploy', 'monitoring');

describe('deploy/monitoring', () => {
  test.each([...monitoringFiles()])('%s is what the code says; after a build: node deploy/dist/monitoring/write.js', (path, text) => {
    expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
  });

  test('has nothing that the code does not make', () => {
    const there = ['grafana', 'prometheus'].flatMap((part) => readdirSync(join(folder, part)).map((name) => `${part}/${name}`));
    expect(there.sort()).toEqual([...monitoringFiles().keys()].sort());
  });
});

test('panels have ids of their own, a description, and a place that is theirs', () => {
  for (const spec of dashboards) {
    const panels = dashboardOf(spec).panels ?? [];
    expect(panels.length).toBeGreaterThan(spec.rows.length);
    const places = panels.map(({ gridPos }) => `${gridPos?.x}/${gridPos?.y}`);
    expect([spec.uid, new Set(places).size]).toEqual([spec.uid, places.length]);
  }
  const all = dashboards.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels));
  expect(all.filter(({ about }) => about === '')).toEqual([]);
});

describe.each(alerts.map((alert) => [alert.alert, alert] as const))('%s', (name, alert) => {
  test('has a runbook that says what it means, what to look at, what to do, and whether it was walked', () => {
    const [page = ''] = runbookOf(alert).split('#');
    expect(existsSync(join(root, page))).toBe(true);
    const text = readFileSync(join(root, page), 'utf8');
    const section = text.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';
    for (const part of ['**Means**', '**Look**', '**Do**']) expect([name, section.includes(part)]).toEqual([name, true]);
    expect(section.trim().split('\n').at(-1)).toMatch(/^(Walked: \d{4}-\d{2}-\d{2}, |Not walked here: )./);
  });
});
