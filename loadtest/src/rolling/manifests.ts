import { readFileSync } from 'node:fs';

/** How Kubernetes ends a pod and puts another in its place. */
export interface Manifest {
  /** From the deletion of a pod until it is killed. */
  readonly graceMs: number;
  /** Of that, before SIGTERM. */
  readonly preStopMs: number;
  /** The preStop of nats-server: leaders go to others first, then clients. */
  readonly lameDuck: boolean;
  /** So long a new pod has to be ready before the next old one is deleted. */
  readonly minReadyMs: number;
  /** A new pod is started before an old one is deleted. */
  readonly surge: boolean;
}

const folder = new URL('../../../deploy/kubernetes/', import.meta.url);

/** Of deploy/kubernetes/PATH. */
export const manifestOf = (path: string): Manifest => manifestIn(readFileSync(new URL(path, folder), 'utf8'));

/** Throws Error where the text is no workload of ours, or its preStop is of another kind. */
export function manifestIn(text: string): Manifest {
  const ms = (pattern: RegExp): number | undefined => {
    const seconds = pattern.exec(text)?.[1];
    return seconds === undefined ? undefined : 1000 * Number(seconds);
  };
  const graceMs = ms(/terminationGracePeriodSeconds: (\d+)/);
  const preStopMs = ms(/preStop: \{ sleep: \{ seconds: (\d+) \} \}/);
  const lameDuck = /preStop: .*--signal, ldm=/.test(text);
  if (graceMs === undefined) throw new Error('it has no terminationGracePeriodSeconds');
  if (/preStop:/.test(text) && preStopMs === undefined && !lameDuck) throw new Error('its preStop is neither a sleep nor lame duck');
  return {
    graceMs,
    preStopMs: preStopMs ?? 0,
    lameDuck,
    minReadyMs: ms(/minReadySeconds: (\d+)/) ?? 0,
    surge: /maxSurge: [1-9]/.test(text),
  };
}

/** What deploy/kubernetes/base tells processes about their ends. */
export function drainSettings(): Record<string, string> {
  const names = ['PLAZA_EDGE_MAX_CONNECTIONS', 'PLAZA_EDGE_DRAIN_PER_SECOND', 'PLAZA_EDGE_DRAIN_MS', 'PLAZA_DRAIN_MS'];
  const text = ['base/edge.env', 'base/room-state.env'].map((path) => readFileSync(new URL(path, folder), 'utf8')).join('\n');
  return Object.fromEntries(names.map((name) => [name, valueOf(name, text)]));
}

function valueOf(name: string, text: string): string {
  const value = new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`deploy/kubernetes/base does not say ${name}`);
  return value;
}
