/** A Kubernetes object, as far as is looked at here; fields that are not there are undefined. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Spec;
}

export interface Spec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
  readonly metrics?: readonly { readonly external?: { readonly target: { readonly averageValue?: string } } }[];
  readonly maxUnavailable?: number | string;
  readonly minAvailable?: number | string;
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly template?: { readonly metadata?: KubeObject['metadata']; readonly spec: PodSpec };
  readonly volumeClaimTemplates?: readonly { readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } } }[];
  readonly podSelector?: PodSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

export interface PodSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

export interface PolicyRule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
}

export interface Peer {
  readonly podSelector?: PodSelector;
  readonly namespaceSelector?: PodSelector;
  readonly ipBlock?: { readonly cidr: string };
}

export interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly topologySpreadConstraints?: readonly { readonly whenUnsatisfiable: string; readonly nodeTaintsPolicy?: string }[];
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly EnvEntry[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string }; readonly secretRef?: { readonly name: string } }[];
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
}

export interface EnvEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    readonly configMapKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

type Quantities = Readonly<Record<string, string>>;

export const nameLabel = 'app.kubernetes.io/name';

/** The workload of one of our services or engines. */
export const workload = (objects: readonly KubeObject[], name: string): KubeObject | undefined =>
  objects.find(({ kind, metadata }) => (kind === 'Deployment' || kind === 'StatefulSet') && metadata.name === name);

export const ofKind = (objects: readonly KubeObject[], kind: string): KubeObject[] => objects.filter((object) => object.kind === kind);

const units: Readonly<Record<string, number>> = {
  '': 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** Bytes of a quantity of memory or storage; undefined where it is none. */
export function bytesOf(quantity: string | undefined): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity ?? '') ?? [];
  const factor = units[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
