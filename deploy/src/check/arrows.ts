import { nameLabel, ofKind, type KubeObject, type Peer, type PodSelector, type PolicyRule } from './objects.js';

export type Direction = 'ingress' | 'egress';

/**
 * What NetworkPolicies let through: `edge -> nats:4222`; `*` is anybody, `internet` all but private addresses, `names` the DNS of the cluster, and all of another
 * namespace stand by its name. Sorted, each once.
 */
export function arrowsOf(objects: readonly KubeObject[], direction: Direction): string[] {
  const arrows = ofKind(objects, 'NetworkPolicy').flatMap(({ spec }) =>
    (spec?.[direction] ?? []).flatMap((rule) =>
      ends(rule, direction).flatMap((other) =>
        (rule.ports ?? [{ port: 0 }]).flatMap(({ port }) =>
          namesOf(spec?.podSelector).map((own) => (direction === 'egress' ? `${own} -> ${other}:${port}` : `${other} -> ${own}:${port}`)),
        ),
      ),
    ),
  );
  return [...new Set(arrows)].sort();
}

const ends = (rule: PolicyRule, direction: Direction): string[] => {
  const peers = direction === 'egress' ? rule.to : rule.from;
  return peers === undefined ? ['*'] : peers.flatMap(peerNames);
};

function peerNames({ ipBlock, namespaceSelector, podSelector }: Peer): readonly string[] {
  if (ipBlock !== undefined) return ['internet'];
  if (namespaceSelector === undefined) return namesOf(podSelector);
  return [podSelector === undefined ? (namespaceSelector.matchLabels?.[namespaceLabel] ?? '*') : 'names'];
}

const namespaceLabel = 'kubernetes.io/metadata.name';

function namesOf(selector: PodSelector | undefined): readonly string[] {
  const one = selector?.matchLabels?.[nameLabel];
  const several = selector?.matchExpressions?.find(({ key, operator }) => key === nameLabel && operator === 'In')?.values;
  return one === undefined ? (several ?? ['*']) : [one];
}

/** Whether a policy for all pods lets nothing in and nothing out, so that only what others name gets through. */
export const deniesByDefault = (objects: readonly KubeObject[]): boolean =>
  ofKind(objects, 'NetworkPolicy').some(
    ({ spec }) =>
      Object.keys(spec?.podSelector ?? { no: 'selector' }).length === 0 &&
      ['Ingress', 'Egress'].every((type) => spec?.policyTypes?.includes(type)) &&
      spec?.ingress === undefined &&
      spec?.egress === undefined,
  );
