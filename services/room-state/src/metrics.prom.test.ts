import { expect, test } from '@jest/globals';
import { Registry } from '@plaza/kit';
import { promMetrics } from './metrics.prom.js';

test('what an alert counts stands at 0 before the first: an increase from nothing is none to Prometheus', async () => {
  const registry = new Registry();
  promMetrics(registry, () => ({ shards: 0, rooms: 0, sessions: 0, projectionLagMs: 0 }));
  const figures = await registry.metrics();
  for (const series of ['claims_total{outcome="lost"}', 'claims_total{outcome="failed"}', 'snapshots_total{outcome="failed"}'])
    expect(figures).toContain(`plaza_room_state_${series} 0\n`);
});
