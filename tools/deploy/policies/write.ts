import type { Namespace } from '@alt/topology';
import type { PodSet } from './pods.ts';

/** What a NetworkPolicy says, before it is written down. Peers are lines of YAML, because a template may stand in them. */
export type Policy = {
  name: string;
  namespace: Namespace;
  /** Lines of the selector; all pods of the namespace where there are none. */
  selects: readonly string[];
  ingress?: readonly Rule[];
  egress?: readonly Rule[];
  why?: string;
};

export type Rule = { why: string; peers: readonly string[]; ports: readonly Port[] };

/** A number, or a place that a value fills. */
export type Port = { port: number | string; protocol?: 'TCP' | 'UDP' };

const nameLabel = 'app.kubernetes.io/name';

/** The first line of every derived file. */
export const derivedLine = '# Derived from packages/topology; do not edit: npm run topology';

/** A file of policies, one document each. */
export function writePolicies(policies: readonly Policy[]): string {
  return `${derivedLine}\n${policies.map(written).join('---\n')}`;
}

/** Both conditions in one peer: the namespace and the pod in it. As two peers they would open all of the namespace. */
export function podPeer({ name, namespace, node }: Pick<PodSet, 'name' | 'namespace' | 'node'>): string {
  const pods =
    node === 'linkerd'
      ? 'matchExpressions: [{ key: linkerd.io/control-plane-component, operator: Exists }]'
      : `matchLabels: { ${node === 'kube-dns' ? 'k8s-app' : nameLabel}: ${name} }`;
  return `- namespaceSelector:\n    matchLabels: { kubernetes.io/metadata.name: ${namespace} }\n  podSelector:\n    ${pods}`;
}

/** A range of addresses, as a peer. */
export function rangePeer(cidr: string, except: readonly string[] = []): string {
  const exceptions = except.length > 0 ? `\n    except: [${except.map((range) => `'${range}'`).join(', ')}]` : '';
  return `- ipBlock:\n    cidr: '${cidr}'${exceptions}`;
}

export function selectByName(names: readonly string[]): string[] {
  const [first, ...others] = names;
  if (first === undefined) return [];
  return others.length === 0
    ? [`matchLabels: { ${nameLabel}: ${first} }`]
    : [`matchExpressions: [{ key: ${nameLabel}, operator: In, values: [${names.join(', ')}] }]`];
}

function written(policy: Policy): string {
  const { name, namespace, selects, ingress, egress, why } = policy;
  const types = [ingress && 'Ingress', egress && 'Egress'].filter((type) => type !== undefined);
  return [
    ...(why ? [`# ${why}`] : []),
    'apiVersion: networking.k8s.io/v1',
    'kind: NetworkPolicy',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    '  labels: { app.kubernetes.io/part-of: alt }',
    'spec:',
    ...(selects.length > 0 ? ['  podSelector:', ...selects.map((line) => `    ${line}`)] : ['  podSelector: {}']),
    `  policyTypes: [${types.join(', ')}]`,
    ...direction('ingress', 'from', ingress),
    ...direction('egress', 'to', egress),
    '',
  ].join('\n');
}

function direction(key: 'ingress' | 'egress', side: 'from' | 'to', rules: readonly Rule[] | undefined): string[] {
  if (!rules || rules.length === 0) return [];
  return [
    `  ${key}:`,
    ...rules.flatMap(({ why, peers, ports }) => [
      `    # ${why}`,
      `    - ${side}:`,
      ...peers.flatMap((peer) => peer.split('\n').map((line) => `        ${line}`)),
      '      ports:',
      ...ports.map(({ port, protocol = 'TCP' }) => `        - { protocol: ${protocol}, port: ${port} }`),
    ]),
  ];
}
