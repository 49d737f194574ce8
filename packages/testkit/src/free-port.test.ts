import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freePort } from './free-port.js';

test('a free port can be listened on and lies below the range of outgoing connections', async () => {
  const port = await freePort();
  expect(port).toBeLessThan(32_000);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});
