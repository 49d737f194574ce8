import { beforeEach, expect, test } from '@jest/globals';
import { endPod, type Pod } from './rollout.js';

const manifest = { graceMs: 5000, preStopMs: 20, lameDuck: false, minReadyMs: 0, surge: false };
let seen: string[];
let end: Pod['end'];

const pod: Pod = {
  id: 'edge-1',
  get end() {
    return end;
  },
  kill: (signal) => Promise.resolve(void seen.push(signal)),
  stop: (withinMs) =>
    Promise.resolve(void seen.push(`stop within ${withinMs > 4000 && withinMs < 4985 ? 'the rest of its grace' : withinMs}`)),
  start: () => Promise.resolve(),
};
const outOfService = (): Promise<void> => Promise.resolve(void seen.push('out of service'));

beforeEach(() => {
  seen = [];
  end = 0;
});

test('a pod has its preStop, is out of service at its end, and then the rest of its grace', async () => {
  expect(await endPod(pod, manifest, outOfService)).toEqual({ id: 'edge-1', tookMs: expect.any(Number), killed: false });
  expect(seen).toEqual(['out of service', 'stop within the rest of its grace']);
});

test('a nats-server becomes a lame duck first; who had to be killed is told', async () => {
  end = 'SIGKILL';
  expect(await endPod(pod, { ...manifest, lameDuck: true }, outOfService)).toMatchObject({ killed: true });
  expect(seen[0]).toBe('SIGUSR2');
});
