import type { KubeObject } from '../check/objects.js';

export interface Broken {
  readonly what: string;
  readonly kind: string;
  readonly name: string;
  /** A text of the object's JSON, and what stands in its place. */
  readonly from: string;
  readonly to: string;
  /** What the API server has to say. */
  readonly says: RegExp;
}

/** What no API server may take, each a slip of somebody's pen in an overlay. */
export const brokenVariants: readonly Broken[] = [
  {
    what: 'an unknown field',
    kind: 'Deployment',
    name: 'edge',
    from: '"minReadySeconds"',
    to: '"minReadySecond"',
    says: /unknown field "minReadySecond"/,
  },
  { what: 'a wrong type', kind: 'StatefulSet', name: 'room-state', from: '"replicas":3', to: '"replicas":"three"', says: /replicas/ },
  {
    what: 'more memory asked for than allowed',
    kind: 'Deployment',
    name: 'edge',
    from: '"memory":"1Gi"',
    to: '"memory":"3Gi"',
    says: /must be less than or equal to memory limit/,
  },
  {
    what: 'a selector of other pods',
    kind: 'Deployment',
    name: 'history',
    from: '"matchLabels":{"app.kubernetes.io/name":"history"}},"strategy"',
    to: '"matchLabels":{"app.kubernetes.io/name":"other"}},"strategy"',
    says: /selector/,
  },
  {
    what: 'a volume that is not declared',
    kind: 'Deployment',
    name: 'api',
    from: '"mountPath":"/tmp","name":"tmp"',
    to: '"mountPath":"/tmp","name":"temp"',
    says: /volumeMounts\[\d\].name: Not found/,
  },
  {
    what: 'a privileged container',
    kind: 'Deployment',
    name: 'metrics',
    from: '"allowPrivilegeEscalation":false',
    to: '"privileged":true',
    says: /PodSecurity .*privileged/,
  },
  {
    what: 'a container that may be root',
    kind: 'Deployment',
    name: 'metrics',
    from: '"runAsNonRoot":true',
    to: '"runAsNonRoot":false',
    says: /runAsNonRoot/,
  },
  { what: 'a sysctl of the whole node', kind: 'Deployment', name: 'edge', from: 'net.ipv4.tcp_rmem', to: 'vm.swappiness', says: /sysctls/ },
  {
    what: 'a pause longer than the grace period',
    kind: 'Deployment',
    name: 'edge',
    from: '"seconds":10',
    to: '"seconds":600',
    says: /must be .*grace|terminationGracePeriod/i,
  },
  { what: 'a spread of nothing', kind: 'StatefulSet', name: 'nats', from: '"maxSkew":1', to: '"maxSkew":0', says: /maxSkew/ },
  {
    what: 'a secret without a key',
    kind: 'Deployment',
    name: 'edge',
    from: '{"key":"token-secret","name":"plaza-tokens"}',
    to: '{"name":"plaza-tokens"}',
    says: /key/,
  },
  {
    what: 'a budget with two bounds',
    kind: 'PodDisruptionBudget',
    name: 'nats',
    from: '"maxUnavailable":1',
    to: '"maxUnavailable":1,"minAvailable":2',
    says: /minAvailable and maxUnavailable cannot be both set/,
  },
  {
    what: 'an API of the past',
    kind: 'PodDisruptionBudget',
    name: 'edge',
    from: '"policy/v1"',
    to: '"policy/v1beta1"',
    says: /no matches for kind/,
  },
  {
    what: 'fewer at most than at least',
    kind: 'HorizontalPodAutoscaler',
    name: 'edge',
    from: '"maxReplicas":120',
    to: '"maxReplicas":2',
    says: /maxReplicas/,
  },
  { what: 'no network', kind: 'NetworkPolicy', name: 'api', from: '0.0.0.0/0', to: '0.0.0.0/40', says: /cidr/ },
  { what: 'no port', kind: 'Service', name: 'edge', from: '"port":7401', to: '"port":74010', says: /port/ },
  {
    what: 'a change of what is fixed at birth',
    kind: 'StatefulSet',
    name: 'nats',
    from: '"storage":"100Gi"',
    to: '"storage":"200Gi"',
    says: /Forbidden/,
  },
];

/** The manifests' object with the slip in it. Throws where it no longer has the text. */
export function broken(objects: readonly KubeObject[], { what, kind, name, from, to }: Broken): KubeObject {
  const object = objects.find((each) => each.kind === kind && each.metadata.name === name);
  const text = JSON.stringify(sorted(object));
  if (!text.includes(from)) throw new Error(`${what}: ${kind} ${name} has no ${from}`);
  return JSON.parse(text.replace(from, to)) as KubeObject;
}

/** Keys in the order of the alphabet, whatever wrote the manifests. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
}
