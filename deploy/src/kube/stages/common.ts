import type { KubeObject } from '../../check/objects.js';
import type { ControlPlane } from '../control-plane.js';

/** Where the trial applies `prod`. */
export const namespace = 'plaza';
/** Scheduling, a stage of KWOK, and a controller's next look. */
export const patience = { timeoutMs: 120_000, everyMs: 200 };
export const dryRun = ['apply', '--dry-run=server', '--warnings-as-errors', '--filename'];

export const replicasNow = async ({ kubectl }: ControlPlane, what: string, path: string): Promise<number> =>
  Number(await kubectl('--namespace', namespace, 'get', what, `--output=jsonpath=${path}`));

export const kindAndName = ({ kind, metadata }: KubeObject): string => `${kind.toLowerCase()}/${metadata.name}`;
