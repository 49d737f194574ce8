import { LabelTally } from '@plaza/kit/prom';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LogStreamSeen, RoomStateGauges, RoomStateMetrics } from './metrics.js';

const secondsBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const seconds = (ms: number): number => ms / 1000;

export function promMetrics(registry: Registry, gauges: () => RoomStateGauges): RoomStateMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name: `plaza_room_state_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string): Histogram =>
    new Histogram({ name: `plaza_room_state_${name}`, help, buckets: secondsBuckets, registers });
  const commands = new LabelTally({
    ...{ name: 'plaza_room_state_commands_total', help: 'Commands by kind and outcome.', labelNames: ['kind', 'outcome'], registers },
  });
  const appends = histogram('append_seconds', 'From an append to the ack of the log.');
  const waits = histogram('outbox_wait_seconds', 'How long the oldest event of a record waited for it.');
  const records = counter('records_total', 'Records in the log.', []);
  const events = counter('events_total', 'Events in the log.', []);
  const claims = counter('claims_total', 'Shards claimed, released, lost, and claims that failed.', ['outcome']);
  const takeovers = histogram('takeover_seconds', 'From the decision to claim a shard until it serves.');
  const projections = counter('projection_writes_total', 'Writes of the projection by outcome.', ['outcome']);
  const snapshots = counter('snapshots_total', 'Snapshots by outcome.', ['outcome']);
  // Alerts count them: to Prometheus an increase from nothing is none.
  for (const outcome of ['lost', 'failed']) claims.inc({ outcome }, 0);
  snapshots.inc({ outcome: 'failed' }, 0);
  exposeGauges(registry, gauges);
  return {
    command: (kind, outcome) => commands.count(kind, outcome),
    appended(tookMs, waitedMs, batches) {
      appends.observe(seconds(tookMs));
      waits.observe(seconds(waitedMs));
      records.inc();
      events.inc(batches.reduce((sum, { batch }) => sum + batch.events.length, 0));
    },
    claimed: (outcome) => claims.inc({ outcome }),
    tookOver: (ms) => takeovers.observe(seconds(ms)),
    projection: (outcome) => projections.inc({ outcome }),
    snapshot: (outcome) => snapshots.inc({ outcome }),
    logStream: logGauges(registers),
  };
}

/** A stream is shown by the process that keeps it. */
function logGauges(registers: Registry[]): RoomStateMetrics['logStream'] {
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> =>
    new Gauge({ name: `plaza_room_state_log_${name}`, help, labelNames, registers });
  const bytes = gauge('bytes', 'Size of a log stream.', ['stream']);
  const halfFull = gauge('half_full', '1: a log stream has reached half of its byte limit.', ['stream']);
  const age = gauge('keep_seconds', 'Age to which a log stream keeps its records.', ['stream']);
  const needed = gauge('needed_seconds', 'Age of the oldest record that a reader or a snapshot still needs.', ['stream', 'by']);
  const shown = new Map<number, LogStreamSeen['needs']>();
  return (stream, seen) => {
    const label = { stream: String(stream) };
    for (const { by } of shown.get(stream) ?? []) needed.remove({ ...label, by });
    shown.set(stream, seen?.needs ?? []);
    if (seen === undefined) return [bytes, halfFull, age].forEach((each) => each.remove(label));
    bytes.set(label, seen.bytes);
    halfFull.set(label, seen.halfFull ? 1 : 0);
    age.set(label, seconds(seen.ageMs));
    for (const { by, ageMs } of seen.needs) needed.set({ ...label, by }, seconds(ageMs));
  };
}

function exposeGauges(registry: Registry, gauges: () => RoomStateGauges): void {
  const gauge = (name: string, help: string, read: (all: RoomStateGauges) => number): void => {
    new Gauge({
      name: `plaza_room_state_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read(gauges()));
      },
    });
  };
  gauge('shards', 'Shards held.', ({ shards }) => shards);
  gauge('rooms', 'Rooms in memory.', ({ rooms }) => rooms);
  gauge('sessions', 'Sessions in rooms.', ({ sessions }) => sessions);
  gauge('projection_lag_seconds', 'Age of the oldest change that the projection lacks.', ({ projectionLagMs }) => seconds(projectionLagMs));
}
