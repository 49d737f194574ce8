import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { arrowsOf, deniesByDefault } from './arrows.js';
import type { KubeObject } from './objects.js';
import { renderOverlay } from './render.js';
import { optionalNames, serviceNames } from './services.js';

const folder = join(import.meta.dirname, '../../kubernetes');
const overlay = renderOverlay(join(folder, 'overlays/prod'));

interface PodMonitor extends KubeObject {
  readonly spec: NonNullable<KubeObject['spec']> & {
    readonly selector: { readonly matchExpressions: readonly { readonly values: readonly string[] }[] };
    readonly podMetricsEndpoints: readonly { readonly relabelings: unknown }[];
  };
}

/** The arrows of docs/architecture.md: who opens connections to whom. */
const inside = [
  'api -> cassandra:9042',
  'api -> history:7300',
  'api -> metrics:7300',
  'api -> nats:4222',
  'api -> redis:6379',
  'api -> room-state:7300',
  'cassandra -> cassandra:7000',
  'edge -> history:7300',
  'edge -> nats:4222',
  'edge -> room-state:7300',
  'engine-exporter -> cassandra:9042',
  'engine-exporter -> nats:8222',
  'engine-exporter -> redis:6379',
  'history -> cassandra:9042',
  'history -> nats:4222',
  'metrics -> cassandra:9042',
  'metrics -> nats:4222',
  'metrics -> redis:6379',
  'nats -> nats:6222',
  'room-state -> cassandra:9042',
  'room-state -> nats:4222',
  'room-state -> redis:6379',
  // Whether nobody listens at another's address any more is asked of the address itself.
  'room-state -> room-state:7300',
];

test('policies let exactly the arrows of the architecture out', () => {
  expect(arrowsOf(overlay, 'egress')).toEqual([...inside, '* -> names:53', 'api -> internet:443'].sort());
});

test('policies let exactly the same in, and clients', () => {
  expect(arrowsOf(overlay, 'ingress')).toEqual([...inside, '* -> api:7400', '* -> edge:7401'].sort());
});

test('what nobody names does not get through', () => {
  expect(deniesByDefault(overlay)).toBe(true);
  expect(deniesByDefault(overlay.filter(({ metadata }) => metadata.name !== 'nobody'))).toBe(false);
});

describe('components/monitoring', () => {
  const component = renderOverlay(join(folder, 'components/monitoring'));
  const scraped = [...serviceNames, ...optionalNames];

  test('lets Prometheus to the probes of all that is ours, and to nothing else', () => {
    expect(arrowsOf(component, 'ingress')).toEqual(scraped.map((name) => `monitoring -> ${name}:9100`).sort());
    expect(arrowsOf(component, 'egress')).toEqual([]);
  });

  test('scrapes all of them, under the names that alerts and dashboards know', () => {
    const { spec } = component.find(({ kind }) => kind === 'PodMonitor') as unknown as PodMonitor;
    expect(spec.selector.matchExpressions[0]?.values).toEqual(scraped);
    expect(spec.podMetricsEndpoints[0]?.relabelings).toEqual([
      { sourceLabels: ['__meta_kubernetes_pod_label_app_kubernetes_io_name'], targetLabel: 'job', replacement: 'plaza-$1' },
    ]);
  });
});
