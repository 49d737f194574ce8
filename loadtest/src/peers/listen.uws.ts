import * as uWS from 'uWebSockets.js';
import type { Listening } from './peer.js';

/** On any port, which the parent is told; ends with the parent. */
export function listen(app: uWS.TemplatedApp): void {
  app.listen('127.0.0.1', 0, (listening) => {
    if (listening === false) throw new Error('no port');
    process.send?.({ port: uWS.us_socket_local_port(listening) } satisfies Listening);
  });
  process.on('disconnect', () => process.exit(0));
}
