import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

/** socket.io over WebSocket alone, every socket in one room. */
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => void socket.join('room'));
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }));
process.on('message', ({ publish }: { publish: string }) => {
  io.to('room').emit('message', publish);
});
process.on('disconnect', () => process.exit(0));
