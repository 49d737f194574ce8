import { jetstreamManager, JetStreamApiError, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { causeOf, wait, type Clock } from '@plaza/kit';
import { LogUnavailable } from './log.js';

export interface StreamSettings {
  readonly streams: number;
  /** Servers that keep each stream: 1, or 3 in a cluster. */
  readonly replicas: number;
  readonly maxAgeMs: number;
  /** Of each stream; the server sets that much of its disk aside. */
  readonly maxBytes: number;
}

/** nats-server 2.12: older ones accepted two writers with one expectation. */
const neededApiLevel = 2;
const requestMs = 2000;
const streamNotFound = 10059;
const nameInUse = 10058;
/** Mistakes that no second try mends: no JetStream for the account, replicas without a cluster, not enough storage, limits of the account. */
const hopeless = new Set([10039, 10074, 10047, 10023, 10052]);

export const streamName = (stream: number): string => `LOG-${stream}`;
export const shardSubject = (shard: number, streams: number): string => `log.${shard % streams}.${shard}`;
/** The shard in a subject `log.<stream>.<shard>`. */
export const shardOfSubject = (subject: string): number => Number(subject.slice(subject.lastIndexOf('.') + 1));

/** The server or its streams are not as the log needs them; the message says what is wrong. */
export class LogUnsuitable extends Error {
  override readonly name = 'LogUnsuitable';
}

/**
 * Makes the streams that are missing and checks those that are there. Tries again while the servers cannot answer (a cluster that elects), for
 * `patienceMs`; rejects with LogUnavailable then, and with LogUnsuitable at once where trying again would not help.
 */
export async function prepareStreams(
  connection: NatsConnection,
  settings: StreamSettings,
  clock: Clock,
  patienceMs: number,
): Promise<void> {
  const untilMs = clock.now() + patienceMs;
  for (;;) {
    try {
      await checkServer(connection);
      const manager = await jetstreamManager(connection, { timeout: requestMs, checkAPI: false });
      for (let stream = 0; stream < settings.streams; stream++) await prepareStream(manager, stream, settings);
      return;
    } catch (error) {
      if (error instanceof LogUnsuitable) throw error;
      if (error instanceof JetStreamApiError && hopeless.has(error.code)) throw new LogUnsuitable(causeOf(error), { cause: error });
      if (clock.now() >= untilMs) throw new LogUnavailable(`the log's streams could not be prepared: ${causeOf(error)}`, { cause: error });
      await wait(clock, 200, AbortSignal.timeout(patienceMs));
    }
  }
}

async function checkServer(connection: NatsConnection): Promise<void> {
  const answer = (await connection.request('$JS.API.INFO', '', { timeout: requestMs })).json<{
    api?: { level?: number };
    error?: { description: string };
  }>();
  if (answer.error !== undefined) throw new LogUnavailable(answer.error.description);
  const level = answer.api?.level ?? 0;
  if (level >= neededApiLevel) return;
  throw new LogUnsuitable(
    `the log needs nats-server 2.12 or newer (JetStream API level ${neededApiLevel}); this one is ${connection.info?.version ?? 'older'} (level ${level})`,
  );
}

async function prepareStream(manager: JetStreamManager, stream: number, settings: StreamSettings): Promise<void> {
  const wanted = streamConfig(stream, settings);
  let found = await existing(manager, wanted.name);
  if (found === undefined) {
    try {
      found = (await manager.streams.add(wanted)).config;
    } catch (error) {
      // Another process was faster, with other limits.
      if (!(error instanceof JetStreamApiError) || error.code !== nameInUse) throw error;
      found = (await manager.streams.info(wanted.name)).config;
    }
  }
  const wrong = differences(found, wanted);
  if (wrong.length > 0) throw new LogUnsuitable(`stream ${wanted.name} exists, but ${wrong.join('; ')}`);
}

async function existing(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === streamNotFound) return undefined;
    throw error;
  }
}

const streamConfig = (stream: number, settings: StreamSettings) => ({
  name: streamName(stream),
  subjects: [`log.${stream}.*`],
  retention: 'limits' as const,
  storage: 'file' as const,
  discard: 'old' as const,
  num_replicas: settings.replicas,
  max_age: settings.maxAgeMs * 1_000_000,
  max_bytes: settings.maxBytes,
  max_msg_size: 1024 * 1024,
  max_msgs_per_subject: -1,
  deny_purge: true,
  deny_delete: true,
  allow_direct: true,
});

/** Only what correctness rests on: operators and keepers may change ages and sizes. */
function differences(found: StreamConfig, wanted: ReturnType<typeof streamConfig>): string[] {
  const wrong: string[] = [];
  for (const key of ['retention', 'storage', 'max_msgs_per_subject', 'deny_purge', 'deny_delete', 'allow_direct'] as const)
    if (found[key] !== wanted[key]) wrong.push(`${key} is ${String(found[key])} instead of ${String(wanted[key])}`);
  if (found.subjects.join() !== wanted.subjects.join())
    wrong.push(`its subjects are ${found.subjects.join()} instead of ${wanted.subjects.join()}`);
  if (found.num_replicas < wanted.num_replicas) wrong.push(`it has ${found.num_replicas} replicas instead of ${wanted.num_replicas}`);
  return wrong;
}
