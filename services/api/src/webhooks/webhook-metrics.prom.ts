import { Counter, Gauge, type Registry } from 'prom-client';
import type { Verdict } from './retry.js';
import type { WebhookMeter } from './webhook-meter.js';

/** On the registry of the process. */
export class WebhookMetrics implements WebhookMeter {
  readonly #deliveries: Counter<'endpoint' | 'outcome'>;
  readonly #events: Counter<'endpoint'>;
  readonly #dead: Counter<'endpoint'>;
  readonly #holes: Counter<'endpoint'>;
  readonly #lag: Gauge<'endpoint'>;
  readonly #waiting: Gauge<'endpoint'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string): Counter<'endpoint'> =>
      new Counter({ name: `plaza_webhook_${name}_total`, help, labelNames: ['endpoint'], registers });
    const gauge = (name: string, help: string): Gauge<'endpoint'> =>
      new Gauge({ name: `plaza_webhook_${name}`, help, labelNames: ['endpoint'], registers });
    this.#deliveries = new Counter({
      name: 'plaza_webhook_deliveries_total',
      help: 'Requests to endpoints, by what came of them',
      labelNames: ['endpoint', 'outcome'],
      registers,
    });
    this.#events = counter('events', 'Events that endpoints took');
    this.#dead = counter('dead_events', 'Events that became dead letters');
    this.#holes = counter('holes', 'Stretches of the log that had aged out before they were delivered');
    this.#lag = gauge(
      'lag_seconds',
      'The age of the oldest event that waits for the endpoint, in the streams that this process reads; 0: none does',
    );
    this.#waiting = gauge('waiting_rooms', 'Rooms whose deliveries to the endpoint wait');
  }

  answered(endpoint: string, outcome: Verdict['kind'], events: number): void {
    this.#deliveries.inc({ endpoint, outcome });
    if (outcome === 'delivered') this.#events.inc({ endpoint }, events);
  }

  buried(endpoint: string, events: number): void {
    this.#dead.inc({ endpoint }, events);
  }

  hole(endpoint: string): void {
    this.#holes.inc({ endpoint });
  }

  stands(endpoint: string, lagMs: number, waitingRooms: number): void {
    this.#lag.set({ endpoint }, lagMs / 1000);
    this.#waiting.set({ endpoint }, waitingRooms);
    // Alerts count them: to Prometheus an increase from nothing is none.
    for (const counter of [this.#dead, this.#holes]) counter.inc({ endpoint }, 0);
  }

  forget(endpoint: string): void {
    for (const gauge of [this.#lag, this.#waiting]) gauge.remove({ endpoint });
  }
}
