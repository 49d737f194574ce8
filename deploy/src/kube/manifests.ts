import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../check/objects.js';
import { documentsOf } from '../check/render.js';
import type { ControlPlane } from './control-plane.js';

export const deployFolder = fileURLToPath(new URL('../../', import.meta.url));
export const overlayFolder = (name: string): string => join(deployFolder, 'kubernetes/overlays', name);

export async function kustomize({ kubectl }: ControlPlane, folder: string): Promise<KubeObject[]> {
  return documentsOf(await kubectl('kustomize', folder)) as KubeObject[];
}

/** A file of objects, for kubectl. */
export function fileOf({ folder }: ControlPlane, name: string, objects: readonly unknown[]): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return file;
}

/** The longest that a trial waits for what takes minutes in a real cluster, in seconds; a pause has to be shorter than the grace period that it is part of. */
const longest: Readonly<Record<string, number>> = {
  minReadySeconds: 1,
  stabilizationWindowSeconds: 2,
  periodSeconds: 2,
  terminationGracePeriodSeconds: 4,
  seconds: 1,
};

/** KWOK makes a pod ready after one second and up to so much more. */
const readyWithin = { 'pod-ready.stage.kwok.x-k8s.io/jitter-delay': '2s' };

/** The waits of rollouts, of pods that begin and end (KWOK takes up to their grace period) and of the autoscaler are seconds. Nothing else changes. */
export const hurried = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.map((object) => {
    const { spec, ...rest } = quick(object) as KubeObject;
    if (spec?.template === undefined) return { ...rest, ...(spec === undefined ? {} : { spec }) };
    const metadata = { ...spec.template.metadata, annotations: readyWithin } as unknown as KubeObject['metadata'];
    return { ...rest, spec: { ...spec, template: { ...spec.template, metadata } } };
  });

function quick(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(quick);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]: [string, unknown]) =>
    typeof field === 'number' && key in longest ? [key, Math.min(field, longest[key] ?? field)] : [key, quick(field)],
  );
  return Object.fromEntries(fields) as unknown;
}

/** What two renderings are compared by: no hashes in names, no namespace, no label that every object gets. */
export function comparable(objects: readonly KubeObject[]): unknown {
  const text = JSON.stringify(objects, (key, value: unknown) =>
    key === 'namespace' || key === 'app.kubernetes.io/part-of' ? undefined : value,
  );
  const plain = JSON.parse(text.replaceAll(/"name":"([a-z-]+)-[a-z0-9]{10}"/g, '"name":"$1"')) as KubeObject[];
  const named = plain
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => [`${object.kind}/${object.metadata.name}`, object] as const);
  return Object.fromEntries(named.map(([name, object]) => [name, { ...object, metadata: cleaned(object.metadata) }]));
}

const cleaned = ({ labels, ...rest }: KubeObject['metadata']): unknown =>
  labels === undefined || Object.keys(labels).length === 0 ? rest : { labels, ...rest };
