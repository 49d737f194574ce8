import { readFileSync } from 'node:fs';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import type { natsConfig } from './common-config.js';
import type { ConfigOf } from './config.js';

/**
 * A connection that finds out within about a second that a server hangs: pings every 500 ms, two unanswered end it, 500 ms to connect. With the
 * client's own defaults a hung server holds its clients for 30 s and more (DESIGN section 5). It reconnects for ever; `other` is for who wants it otherwise.
 */
export function connectNats(
  config: ConfigOf<typeof natsConfig>,
  name: string,
  other: Partial<NodeConnectionOptions> = {},
): Promise<NatsConnection> {
  return connect({
    servers: config.natsServers,
    name,
    pingInterval: 500,
    maxPingOut: 2,
    timeout: 500,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    waitOnFirstConnect: true,
    ignoreClusterUpdates: false,
    ...(config.natsUser === undefined ? {} : { user: config.natsUser }),
    ...(config.natsPassword === undefined ? {} : { pass: config.natsPassword }),
    ...(config.natsToken === undefined ? {} : { token: config.natsToken }),
    ...(config.natsTlsCa === undefined
      ? {}
      : {
          tls: {
            ca: readFileSync(config.natsTlsCa, 'utf8'),
            ...(config.natsTlsCert === undefined ? {} : { cert: readFileSync(config.natsTlsCert, 'utf8') }),
            ...(config.natsTlsKey === undefined ? {} : { key: readFileSync(config.natsTlsKey, 'utf8') }),
          },
        }),
    ...other,
  });
}

/** Tells `listener` when the connection was lost (false), also for good, and when it is back (true). The result ends that. */
export function onNatsConnection(connection: NatsConnection, listener: (connected: boolean) => void): () => void {
  const ends = new AbortController();
  const told = { disconnect: false, reconnect: true, close: false } as const;
  void (async () => {
    for await (const status of connection.status()) {
      if (ends.signal.aborted) return;
      if (status.type === 'disconnect' || status.type === 'reconnect' || status.type === 'close') listener(told[status.type]);
    }
  })();
  return () => ends.abort();
}
