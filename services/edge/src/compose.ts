import { randomBytes } from 'node:crypto';
import type { HistoryReader, Live, Peers, RoomGateway } from '@plaza/bus';
import {
  TokenVerifier,
  createLogger,
  createRegistry,
  systemClock,
  withProbes,
  type Clock,
  type KeySet,
  type Logger,
  type Probes,
  type Registry,
  type Service,
} from '@plaza/kit';
import { RemoteKeySet } from '@plaza/kit/jose';
import type { EdgeConfig, EdgeSettings } from './config.js';
import { EdgeCore } from './edge.js';
import { EdgeLife } from './edge-life.js';
import type { EntryCallback } from './entry-callback.js';
import { HttpEntryCallback } from './entry-callback.http.js';
import { UwsListener } from './listener.uws.js';
import { EdgeMetrics } from './metrics.prom.js';

export interface EdgeParts {
  readonly live: Live;
  readonly peers: Peers;
  readonly gateway: RoomGateway;
  readonly history: Pick<HistoryReader, 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export type EdgeService = Service & Probes & { connectUrl(): string };

/** An edge on the given parts, which stay the caller's: nothing of them is closed here. An empty `id` gets a random one. */
export function createEdge(config: EdgeSettings, parts: EdgeParts): EdgeService {
  const settings = { ...config, id: config.id === '' ? `edge-${randomBytes(4).toString('hex')}` : config.id };
  const figures = new EdgeMetrics(parts.registry);
  const tokens = new TokenVerifier(settings.tokenSecret, keySetOf(settings, parts.clock));
  const core = new EdgeCore(settings, { ...parts, figures, tokens, entryCallback: entryCallbackOf(settings, parts) });
  return new EdgeLife(settings, { ...parts, figures, core, listener: new UwsListener(core, settings) });
}

const keySetOf = ({ jwksUrl: url, tokenIssuer: issuer, tokenAudience: audience }: EdgeSettings, clock: Clock): KeySet | undefined =>
  url === undefined ? undefined : new RemoteKeySet({ url, issuer, audience }, clock);

function entryCallbackOf(settings: EdgeSettings, { clock, logger }: EdgeParts): EntryCallback | undefined {
  const {
    entryCallbackUrl: url,
    entryCallbackSecret: secret,
    entryCallbackMs,
    entryCallbackOnFailure,
    entryCallbackConcurrency,
  } = settings;
  if (url === undefined) return undefined;
  // Told at start in words (`edgeMistakes`); never a door that stands open.
  if (secret === undefined) throw new TypeError('an entry callback without a secret');
  const limits = { deadlineMs: entryCallbackMs, onFailure: entryCallbackOnFailure, concurrency: entryCallbackConcurrency };
  return new HttpEntryCallback({ url, secret, ...limits }, { clock, logger });
}

/** An edge as a process of its own: NATS, gRPC and a probe server, whose libraries a standalone process never loads. */
export async function composeEdge(config: EdgeConfig): Promise<{ service: Service; logger: Logger }> {
  const { GrpcHistoryReader, GrpcRoomGateway } = await import('@plaza/bus/grpc');
  const { NatsLive, NatsPeers } = await import('@plaza/bus/nats');
  const { grpcChannelCredentials } = await import('@plaza/kit/grpc');
  const { connectNats } = await import('@plaza/kit/nats');
  const logger = createLogger('edge', config.logLevel);
  const registry = createRegistry('edge');
  const nats = await connectNats(config, 'edge');
  const live = new NatsLive(nats, logger);
  const peers = new NatsPeers([nats], logger);
  const credentials = grpcChannelCredentials(config);
  const gateway = new GrpcRoomGateway({ credentials });
  const history = new GrpcHistoryReader(config.historyAddress, credentials);
  const edge = createEdge(config, { live, peers, gateway, history, clock: systemClock, logger, registry });
  const service = {
    start: () => edge.start(),
    drain: () => edge.drain(),
    async stop() {
      await edge.stop();
      history.close();
      await peers.close();
      await live.close();
      await nats.close();
    },
    health: () => edge.health(),
    ready: () => edge.ready(),
  };
  return { service: withProbes(service, registry, config.probeHost, config.probePort), logger };
}
