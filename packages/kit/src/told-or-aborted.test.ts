import { EventEmitter, getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { toldOrAborted } from './told-or-aborted.js';

const scene = () => {
  const [bell, ends] = [new EventEmitter(), new AbortController()];
  const listen = (told: () => void) => {
    bell.on('ring', told);
    return () => void bell.off('ring', told);
  };
  const left = (): number => bell.listenerCount('ring') + getEventListeners(ends.signal, 'abort').length;
  return { bell, ends, left, wait: () => toldOrAborted(ends.signal, listen) };
};

type Scene = ReturnType<typeof scene>;

test.each<[string, (all: Scene) => void]>([
  ['told', ({ bell }) => void bell.emit('ring')],
  ['aborted', ({ ends }) => ends.abort()],
])('who waits goes on when %s, and leaves nothing behind', async (_, act) => {
  const all = scene();
  const waits = [all.wait(), all.wait()];
  expect(all.left()).toBe(4);
  act(all);
  await Promise.all(waits);
  expect(all.left()).toBe(0);
});

test('a signal that aborted already is not waited for', async () => {
  const all = scene();
  all.ends.abort();
  await all.wait();
  expect(all.left()).toBe(0);
});
