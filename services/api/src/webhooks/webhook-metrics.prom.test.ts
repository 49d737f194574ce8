import { expect, test } from '@jest/globals';
import { Registry } from '@plaza/kit';
import { WebhookMetrics } from './webhook-metrics.prom.js';

test('what an alert counts stands at 0 before the first: an increase from nothing is none to Prometheus', async () => {
  const registry = new Registry();
  const metrics = new WebhookMetrics(registry);
  metrics.stands('wh_1', 0, 0);
  metrics.buried('wh_1', 3);
  metrics.stands('wh_1', 0, 0);
  metrics.stands('wh_2', 0, 0);
  const figures = await registry.metrics();
  for (const series of ['dead_events_total{endpoint="wh_1"} 3', 'dead_events_total{endpoint="wh_2"} 0', 'holes_total{endpoint="wh_2"} 0'])
    expect(figures).toContain(`plaza_webhook_${series}\n`);
});
