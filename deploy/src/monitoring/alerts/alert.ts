/** A series of promtool: its name with labels, and its values in promtool's notation (a value a minute). */
export type Series = readonly [series: string, values: string];

/** `labels`, `summary`: of the alert that fires. */
export interface Firing {
  readonly series: readonly Series[];
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** How long it has to hold. */
  readonly for: string;
  /** page: somebody gets up; ticket: within the day. */
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** The page in docs/operations/runbooks that has a heading of this alert's name. */
  readonly runbook: 'processes' | 'shards' | 'log' | 'readers' | 'edges' | 'api' | 'webhooks' | 'audit' | 'nats' | 'redis' | 'cassandra';
  /** When it fires, and when not: after half an hour of these series. */
  readonly fires: Firing;
  readonly firesAlso?: Firing;
  readonly calm: readonly Series[];
}
