import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** The `ws` package as its documentation broadcasts: a loop over all sockets. */
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', ({ publish }: { publish: string }) => {
  const bytes = Buffer.from(publish);
  for (const socket of server.clients) socket.send(bytes);
});
process.on('disconnect', () => process.exit(0));
