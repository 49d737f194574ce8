import { expect, test } from '@jest/globals';
import { drainSettings, manifestIn, manifestOf } from './manifests.js';

test('a manifest says how its pods end and are replaced', () => {
  const text = `spec:
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  minReadySeconds: 5
      terminationGracePeriodSeconds: 60
          lifecycle: { preStop: { sleep: { seconds: 10 } } }`;
  expect(manifestIn(text)).toEqual({ graceMs: 60_000, preStopMs: 10_000, lameDuck: false, minReadyMs: 5000, surge: true });
});

test.each(['kind: Service', 'terminationGracePeriodSeconds: 60\nlifecycle: { preStop: { exec: { command: [rm] } } }'])(
  '%j is not understood',
  (text) => {
    expect(() => manifestIn(text)).toThrow();
  },
);

test('ours are', () => {
  expect(manifestOf('base/edge.yaml')).toMatchObject({ surge: true, lameDuck: false });
  expect(manifestOf('base/edge.yaml').preStopMs).toBeGreaterThan(0);
  expect(manifestOf('base/room-state.yaml')).toMatchObject({ surge: false, preStopMs: 0 });
  expect(manifestOf('engines/nats.yaml')).toMatchObject({ surge: false, lameDuck: true });
  for (const kind of ['api', 'history', 'metrics']) expect(manifestOf(`base/${kind}.yaml`).graceMs).toBeGreaterThan(0);
  expect(Number(drainSettings()['PLAZA_EDGE_DRAIN_PER_SECOND'])).toBeGreaterThan(0);
});
