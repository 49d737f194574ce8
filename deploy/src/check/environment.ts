import { ofKind, type Container, type KubeObject } from './objects.js';

/** One variable of a container, as its process will see it. */
export interface Given {
  /** Undefined: it comes from a Secret. */
  readonly value: string | undefined;
  /** For whoever has to mend it. */
  readonly where: string;
  readonly secret?: { readonly name: string; readonly key: string; readonly optional: boolean };
}

export interface Environment {
  readonly given: ReadonlyMap<string, Given>;
  /** Also what something later hides: it stands in the manifests all the same. */
  readonly all: readonly { readonly name: string; readonly given: Given }[];
  readonly mistakes: readonly string[];
}

/** What a pod is told of itself, for trying values that contain it. */
const ofPods: Readonly<Record<string, string>> = { 'status.podIP': '10.0.0.1', 'metadata.name': 'pod-0', 'metadata.namespace': 'plaza' };

/** The environment of a container, in the order in which Kubernetes makes it: ConfigMaps first, then entries, each of which may refer to those before it. */
export function environmentOf(container: Container, objects: readonly KubeObject[]): Environment {
  const given = new Map<string, Given>();
  const all: { name: string; given: Given }[] = [];
  const set = (name: string, one: Given): void => {
    given.set(name, one);
    all.push({ name, given: one });
  };
  const mistakes: string[] = [];
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (secretRef !== undefined)
      mistakes.push(`envFrom secretRef ${secretRef.name}: name each variable that comes from a Secret (secretKeyRef)`);
    if (configMapRef === undefined) continue;
    const map = configMap(objects, configMapRef.name);
    if (map === undefined) mistakes.push(`envFrom configMapRef ${configMapRef.name}: there is no such ConfigMap`);
    for (const [name, value] of Object.entries(map?.data ?? {})) set(name, { value, where: `ConfigMap ${configMapRef.name}` });
  }
  for (const { name, value = '', valueFrom } of container.env ?? []) {
    const { secretKeyRef: secret, configMapKeyRef: key, fieldRef } = valueFrom ?? {};
    if (secret !== undefined)
      set(name, { value: undefined, where: `Secret ${secret.name}, key ${secret.key}`, secret: { optional: false, ...secret } });
    else if (key !== undefined) {
      const found = configMap(objects, key.name)?.data?.[key.key];
      if (found !== undefined) set(name, { value: found, where: `ConfigMap ${key.name}` });
      else if (key.optional !== true) mistakes.push(`${name}: ConfigMap ${key.name} has no ${key.key}`);
    } else if (fieldRef !== undefined) set(name, { value: ofPods[fieldRef.fieldPath] ?? '', where: fieldRef.fieldPath });
    else set(name, { value: expand(name, value, given, mistakes), where: 'env' });
  }
  return { given, all, mistakes };
}

const configMap = (objects: readonly KubeObject[], name: string): KubeObject | undefined =>
  ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === name);

function expand(name: string, value: string, before: ReadonlyMap<string, Given>, mistakes: string[]): string {
  return value.replaceAll(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (reference, other: string) => {
    const found = before.get(other)?.value;
    if (found === undefined) mistakes.push(`${name}=${value}: ${reference} is not set before it, so it would stay as it is`);
    return found ?? reference;
  });
}
