import type { ControlPlane } from './control-plane.js';

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly resourceVersion: string;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Counted {
  readonly app: string;
  readonly serves: boolean;
  readonly node: string | undefined;
}

/** Counts, event by event, how many pods of each workload serve: ready, and not being deleted. */
export class Serving {
  readonly #pods = new Map<string, Counted>();
  readonly #least = new Map<string, number>();
  readonly #ends = new AbortController();

  private constructor() {}

  static async start({ api }: ControlPlane, namespace: string): Promise<Serving> {
    const serving = new Serving();
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { body } = await api.ask('GET', path);
    const { items, metadata } = body as { items: Pod[]; metadata: { resourceVersion: string } };
    for (const pod of items) serving.#take('ADDED', pod);
    const watch = `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`;
    await api.watch(watch, serving.#ends.signal, ({ type, object }) => serving.#take(type, object as Pod));
    return serving;
  }

  /** Forgets the least counts so far. */
  begin(): void {
    this.#least.clear();
    for (const { app } of this.#pods.values()) this.#least.set(app, this.now(app));
  }

  now(app: string): number {
    return this.#of(app).filter(({ serves }) => serves).length;
  }

  /** The least that served at a time since `begin`. */
  least(app: string): number {
    return this.#least.get(app) ?? 0;
  }

  nodes(app: string): string[] {
    return this.#of(app).flatMap(({ node }) => (node === undefined ? [] : [node]));
  }

  /** Pods of the workload, serving or not. */
  all(app: string): number {
    return this.#of(app).length;
  }

  names(app: string): string[] {
    return [...this.#pods].filter(([, pod]) => pod.app === app && pod.serves).map(([name]) => name);
  }

  stop(): void {
    this.#ends.abort();
  }

  #of(app: string): Counted[] {
    return [...this.#pods.values()].filter((pod) => pod.app === app);
  }

  #take(type: string, { metadata, spec, status }: Pod): void {
    const app = metadata.labels['app.kubernetes.io/name'] ?? '';
    const ready = status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
    if (type === 'DELETED') this.#pods.delete(metadata.name);
    else this.#pods.set(metadata.name, { app, serves: ready && metadata.deletionTimestamp === undefined, node: spec.nodeName });
    this.#least.set(app, Math.min(this.#least.get(app) ?? Infinity, this.now(app)));
  }
}
