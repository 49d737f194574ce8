import { LabelTally } from '@plaza/kit/prom';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Figures, Levels } from './figures.js';

/** The figures of one edge on the registry of its process. */
export class EdgeMetrics implements Figures {
  readonly #frames;
  readonly #refused;
  readonly #writes;
  readonly #deliveries;
  readonly #rotation;
  readonly #gaps;
  readonly #fills;
  readonly #incompletes;
  readonly #badLiveFrames;
  readonly #closed;
  readonly #loopGap;
  readonly #levels;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string) => new Counter({ name: `plaza_edge_${name}_total`, help, registers });
    const gauge = (name: string, help: string) => new Gauge({ name: `plaza_edge_${name}`, help, registers });
    this.#frames = new LabelTally({ name: 'plaza_edge_frames_total', help: 'Client frames by kind', labelNames: ['kind'], registers });
    this.#refused = new LabelTally({
      name: 'plaza_edge_refusals_total',
      help: 'Refusals told to clients, by code',
      labelNames: ['code'],
      registers,
    });
    this.#closed = new Counter({ name: 'plaza_edge_closed_total', help: 'Closed sockets by close code', labelNames: ['code'], registers });
    this.#writes = counter('writes', 'Writes to sockets by the drain');
    this.#deliveries = counter('deliveries', 'Batches delivered to sockets');
    this.#gaps = counter('gaps', 'Gaps found in the chain of a room');
    this.#fills = counter('fills', 'Asks to holders for what is missing');
    this.#incompletes = counter('incompletes', 'Times that a reader was told of a hole');
    this.#badLiveFrames = counter('bad_live_frames', 'Live frames that could not be read');
    const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
    this.#rotation = new Histogram({
      name: 'plaza_edge_rotation_seconds',
      help: 'Time to serve every socket of a room once',
      buckets,
      registers,
    });
    this.#loopGap = new Histogram({ name: 'plaza_edge_loop_gap_seconds', help: 'How late the event loop was', buckets, registers });
    this.#levels = {
      connections: gauge('connections', 'Open sockets'),
      sessions: gauge('sessions', 'Presences of sockets in rooms'),
      rooms: gauge('rooms', 'Rooms that are subscribed'),
      bufferedBytes: gauge('buffered_bytes', 'Bytes that wait for slow readers'),
    } satisfies Record<keyof Levels, Gauge>;
  }

  frame(kind: string): void {
    this.#frames.count(kind);
  }

  refused(code: string): void {
    this.#refused.count(code);
  }

  wrote(writes: number, batches: number): void {
    this.#writes.inc(writes);
    this.#deliveries.inc(batches);
  }

  rotated(ms: number): void {
    this.#rotation.observe(ms / 1000);
  }

  gap(): void {
    this.#gaps.inc();
  }

  fill(): void {
    this.#fills.inc();
  }

  incomplete(): void {
    this.#incompletes.inc();
  }

  badLiveFrame(): void {
    this.#badLiveFrames.inc();
  }

  /** Codes outside the known ranges come from clients: one label for all of them. */
  closed(code: number): void {
    const known = (code >= 1000 && code <= 1015) || (code >= 4400 && code <= 4599);
    this.#closed.inc({ code: known ? String(code) : 'other' });
  }

  loopGap(ms: number): void {
    this.#loopGap.observe(ms / 1000);
  }

  sampled(levels: Levels): void {
    for (const name of Object.keys(this.#levels) as (keyof Levels)[]) this.#levels[name].set(levels[name]);
  }
}
