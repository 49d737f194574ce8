import { expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { liveContract } from './live.contract.js';
import { MemoryLive } from './live.memory.js';
import { MemoryBus } from './memory-bus.js';

liveContract('memory', () => {
  const bus = new MemoryBus();
  return Promise.resolve({ first: new MemoryLive(bus), second: new MemoryLive(bus), close: () => Promise.resolve() });
});

test('a memory bus that lost its connection says so, drops both ways, and works again afterwards', async () => {
  const bus = new MemoryBus();
  const [cut, other] = [new MemoryLive(bus), new MemoryLive(bus)];
  const [heard, got, sent]: [boolean[], number[], number[]] = [[], [], []];
  cut.onConnection((connected) => heard.push(connected));
  await cut.subscribe(1, 'lobby', ([first]) => got.push(first!));
  await other.subscribe(1, 'lobby', ([first]) => sent.push(first!));
  cut.setConnected(false);
  await expect(cut.subscribe(1, 'hall', () => undefined)).rejects.toThrow(expect.objectContaining({ name: 'LiveUnavailable' }));
  cut.publish(1, 'lobby', Uint8Array.of(1));
  other.publish(1, 'lobby', Uint8Array.of(2));
  await eventually(() => expect(sent).toEqual([2]));
  cut.setConnected(true);
  cut.publish(1, 'lobby', Uint8Array.of(3));
  await eventually(() => expect(sent).toEqual([2, 3]));
  expect(got).toEqual([3]);
  expect(heard).toEqual([false, true]);
});
