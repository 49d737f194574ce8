import * as uWS from 'uWebSockets.js';
import { listen } from './listen.uws.js';

/** The thing to compare with: uWebSockets alone, every socket subscribed to one topic, publishing when it is told to. */
const app = uWS.App();
app.ws('/*', {
  maxBackpressure: 1024 * 1024,
  open: (socket) => {
    socket.subscribe('room');
  },
});
process.on('message', ({ publish }: { publish: string }) => {
  app.publish('room', Buffer.from(publish), true);
});
listen(app);
