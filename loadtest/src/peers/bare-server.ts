import * as uWS from 'uWebSockets.js';

/** The thing to compare with: uWebSockets alone, every socket subscribed to one topic, publishing when it is told to. */
const app = uWS.App();
app.ws('/*', {
  maxBackpressure: 1024 * 1024,
  open: (socket) => {
    socket.subscribe('room');
  },
});
app.listen('127.0.0.1', 0, (listening) => {
  if (listening === false) throw new Error('no port');
  process.send?.({ port: uWS.us_socket_local_port(listening) });
});
process.on('message', ({ publish }: { publish: string }) => {
  app.publish('room', Buffer.from(publish), true);
});
process.on('disconnect', () => process.exit(0));
