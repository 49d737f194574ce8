import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { processTable } from '../packages/kit/src/index.js';
import { apiTable } from '../services/api/src/config.js';
import { edgeTable } from '../services/edge/src/config.js';
import { engineExporterTable } from '../services/engine-exporter/src/config.js';
import { historyTable } from '../services/history/src/config.js';
import { metricsTable } from '../services/metrics/src/config.js';
import { roomStateTable } from '../services/room-state/src/config.js';
import { standaloneTable } from '../services/standalone/src/config.js';
import { configurationPage, services } from './configuration-page.mjs';

const tables = {
  edge: { ...processTable, ...edgeTable },
  'room-state': { ...processTable, ...roomStateTable },
  history: { ...processTable, ...historyTable },
  metrics: { ...processTable, ...metricsTable },
  api: { ...processTable, ...apiTable },
  'engine-exporter': { ...processTable, ...engineExporterTable },
  standalone: { ...processTable, ...standaloneTable },
};

describe('docs/configuration.md', () => {
  test('is what the tables say; after a build: node scripts/configuration-doc.mjs', () => {
    const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'configuration.md'), 'utf8');
    expect(page).toBe(configurationPage(tables));
  });

  test('covers every service and never shows the default of a secret that is set', () => {
    expect(Object.keys(tables)).toEqual(services);
    const secrets = Object.values(tables).flatMap((table) => Object.values(table).filter(({ secret }) => secret));
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.every(({ fallback }) => fallback === undefined || fallback === '' || fallback.startsWith('redis://127.0.0.1'))).toBe(
      true,
    );
  });
});
