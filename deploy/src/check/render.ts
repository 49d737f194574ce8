import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeObject } from './objects.js';

interface Kustomization {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly {
    readonly name: string;
    readonly behavior?: string;
    readonly envs?: readonly string[];
    readonly files?: readonly string[];
  }[];
  readonly patches?: readonly { readonly path: string; readonly target?: Target }[];
}

interface Target {
  readonly kind?: string;
  readonly name?: string;
  readonly labelSelector?: string;
}

type Fields = Record<string, unknown>;

/**
 * What `kubectl kustomize` makes of a folder, as far as our own overlays need it and without its binary: names get no hash and no namespace.
 * `npm run deploy:test` holds it against the real one. Throws on what it does not know.
 */
export function renderOverlay(folder: string): KubeObject[] {
  const kustomization = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  let objects = [...(kustomization.resources ?? []), ...(kustomization.components ?? [])].flatMap((path) => resources(join(folder, path)));
  for (const map of kustomization.configMapGenerator ?? [])
    objects = withConfigMap(objects, map.name, map.behavior ?? 'create', dataOf(folder, map));
  for (const { path, target } of kustomization.patches ?? []) {
    for (const patch of documents(join(folder, path)))
      objects = objects.map((object) => (isMeant(object, patch, target) ? patched(object, patch) : object));
  }
  return objects;
}

const resources = (path: string): KubeObject[] => (statSync(path).isDirectory() ? renderOverlay(path) : documents(path)) as KubeObject[];

/** The objects of a file, or of text that holds several. */
export const documentsOf = (text: string): unknown[] =>
  parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0] as Error;
    const value = document.toJS() as unknown;
    return value === null ? [] : [value];
  });

const documents = (path: string): unknown[] => documentsOf(readFileSync(path, 'utf8'));

function dataOf(
  folder: string,
  { envs = [], files = [] }: { envs?: readonly string[]; files?: readonly string[] },
): Record<string, string> {
  const lines = envs.flatMap((path) => readFileSync(join(folder, path), 'utf8').split('\n')).filter((line) => /^[^#\s]/.test(line));
  const entries = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return Object.fromEntries([...entries, ...files.map((path) => [basename(path), readFileSync(join(folder, path), 'utf8')] as const)]);
}

function withConfigMap(objects: readonly KubeObject[], name: string, behavior: string, data: Record<string, string>): KubeObject[] {
  const before = objects.find((object) => object.kind === 'ConfigMap' && object.metadata.name === name);
  if ((behavior === 'create') !== (before === undefined)) throw new Error(`ConfigMap ${name}: behavior ${behavior} does not fit`);
  const all = behavior === 'merge' ? { ...before?.data, ...data } : data;
  return [...objects.filter((object) => object !== before), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: all }];
}

function isMeant({ kind, metadata }: KubeObject, patch: unknown, target: Target | undefined): boolean {
  if (target === undefined) return kind === (patch as KubeObject).kind && metadata.name === (patch as KubeObject).metadata.name;
  const [label = '', value] = target.labelSelector?.split('=') ?? [];
  return (
    (target.kind === undefined || target.kind === kind) &&
    (target.name === undefined || new RegExp(`^${target.name}$`).test(metadata.name)) &&
    (target.labelSelector === undefined || metadata.labels?.[label] === value)
  );
}

function patched(object: KubeObject, patch: unknown): KubeObject {
  if (!Array.isArray(patch)) {
    const { apiVersion: _, kind: __, metadata: ___, ...fields } = patch as KubeObject;
    return merged('', object, fields) as KubeObject;
  }
  return (patch as { op: string; path: string; value: unknown }[]).reduce((result, { op, path, value }) => {
    if (op !== 'replace') throw new Error(`a patch has op ${op}`);
    return replaced(result, path.split('/').slice(1), value) as KubeObject;
  }, object);
}

function replaced(node: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const copy = Array.isArray(node) ? [...(node as unknown[])] : { ...(node as Fields) };
  if (!(key in copy)) throw new Error(`a patch replaces ${key}, which is not there`);
  (copy as Fields)[key] = rest.length === 0 ? value : replaced((node as Fields)[key], rest, value);
  return copy;
}

/** By what the entries of a list are the same; other lists are replaced whole. */
const listKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
};

function merged(field: string, base: unknown, patch: unknown): unknown {
  const key = listKeys[field];
  if (Array.isArray(base) && Array.isArray(patch) && key !== undefined) {
    const [from, over] = [base, patch] as Fields[][];
    const first = (over ?? []).map((entry) => merged('', from?.find((each) => each[key] === entry[key]) ?? {}, entry));
    // As kustomize has it: what a patch names stands first.
    return [...first, ...(from ?? []).filter((entry) => !(over ?? []).some((each) => each[key] === entry[key]))];
  }
  if (!isFields(base) || !isFields(patch)) return patch;
  return Object.entries(patch).reduce<Fields>((result, [name, value]) => ({ ...result, [name]: merged(name, base[name], value) }), base);
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
