import { BlockList, isIPv6 } from 'node:net';
import { z } from 'zod';

/** A pod, or an address outside of all namespaces (`namespace` null). */
export type Endpoint = {
  name: string;
  namespace: string | null;
  labels: Readonly<Record<string, string>>;
  address: string;
};

export type Protocol = 'TCP' | 'UDP';

const selector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
const peer = z.strictObject({
  namespaceSelector: selector.optional(),
  podSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).optional() }).optional(),
});
const port = z.strictObject({
  protocol: z.enum(['TCP', 'UDP']).default('TCP'),
  port: z.int().optional(),
  endPort: z.int().optional(),
});
const networkPolicy = z.object({
  kind: z.literal('NetworkPolicy'),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z.array(z.strictObject({ from: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
    egress: z.array(z.strictObject({ to: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
  }),
});
export type NetworkPolicy = z.infer<typeof networkPolicy>;

/** The NetworkPolicies among objects of Kubernetes. One that says something we do not judge is an error, not a guess. */
export function networkPoliciesOf(objects: readonly unknown[]): NetworkPolicy[] {
  const kindOf = z.object({ kind: z.string() });
  return objects
    .filter((object) => kindOf.safeParse(object).data?.kind === 'NetworkPolicy')
    .map((o) => networkPolicy.parse(o));
}

/** Each end by itself: a connection needs both. */
export type Verdict = {
  isShut: boolean;
  mayLeave(port: number, protocol: Protocol): boolean;
  mayEnter(port: number, protocol: Protocol): boolean;
};

/**
 * Whether `from` may open a connection to a port of `to`, by the policies of each end as Kubernetes defines them. An end
 * that no policy selects for that direction is open; policies add up; a peer with two selectors asks for both.
 * Namespaces are known by the label that Kubernetes gives them, their name.
 */
export function createEvaluator(policies: readonly NetworkPolicy[]): (from: Endpoint, to: Endpoint) => Verdict {
  const selecting = new Map<string, NetworkPolicy[]>();
  const policiesOf = (pod: Endpoint): NetworkPolicy[] => {
    const key = `${pod.namespace}/${pod.name}`;
    const found =
      selecting.get(key) ??
      policies.filter(
        ({ metadata, spec }) => metadata.namespace === pod.namespace && selects(spec.podSelector, pod.labels),
      );
    selecting.set(key, found);
    return found;
  };
  const mayEnter = memoised((pod: Endpoint, other: Endpoint) => {
    const isolating = policiesOf(pod).filter(({ spec }) => spec.policyTypes.includes('Ingress'));
    if (isolating.length === 0) return null;
    return isolating.flatMap(({ metadata, spec }) =>
      spec.ingress.filter(({ from }) => !from || from.some((each) => meets(each, metadata.namespace, other))),
    );
  });
  const mayLeave = memoised((pod: Endpoint, other: Endpoint) => {
    const isolating = policiesOf(pod).filter(({ spec }) => spec.policyTypes.includes('Egress'));
    if (isolating.length === 0) return null;
    return isolating.flatMap(({ metadata, spec }) =>
      spec.egress.filter(({ to }) => !to || to.some((each) => meets(each, metadata.namespace, other))),
    );
  });
  return (from: Endpoint, to: Endpoint) => {
    const [leaving, entering] = [mayLeave(from, to), mayEnter(to, from)];
    const isOpen = (rules: Rules, at: number, protocol: Protocol) =>
      rules === null || rules.some(({ ports }) => !ports || ports.some((each) => covers(each, at, protocol)));
    return {
      /** No port of this pair is open at either end. */
      isShut: leaving?.length === 0 && entering?.length === 0,
      mayLeave: (at, protocol) => isOpen(leaving, at, protocol),
      mayEnter: (at, protocol) => isOpen(entering, at, protocol),
    };
  };
}

/** The rules of one end that speak of the other; null where no policy isolates it. */
type Rules = { ports?: z.infer<typeof port>[] | undefined }[] | null;

function covers(rule: z.infer<typeof port>, at: number, protocol: Protocol): boolean {
  if (rule.protocol !== protocol) return false;
  if (rule.port === undefined) return true;
  return rule.endPort === undefined ? rule.port === at : rule.port <= at && at <= rule.endPort;
}

function meets(
  { namespaceSelector, podSelector, ipBlock }: z.infer<typeof peer>,
  own: string,
  other: Endpoint,
): boolean {
  if (ipBlock) return isIn(other.address, ipBlock.cidr) && !ipBlock.except?.some((range) => isIn(other.address, range));
  if (other.namespace === null) return false;
  const isThere = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': other.namespace })
    : other.namespace === own;
  return isThere && (podSelector === undefined || selects(podSelector, other.labels));
}

function selects({ matchLabels = {}, matchExpressions = [] }: z.infer<typeof selector>, labels: Endpoint['labels']) {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isListed = value !== undefined && values.includes(value);
      return operator === 'In' ? isListed : !isListed;
    })
  );
}

function isIn(address: string, cidr: string): boolean {
  const [base = '', bits = ''] = cidr.split('/');
  if (isIPv6(base) !== isIPv6(address)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), isIPv6(base) ? 'ipv6' : 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Remembers the answer for each pair: a matrix asks the same pair for every port. */
function memoised<Answer>(ask: (pod: Endpoint, other: Endpoint) => Answer): (pod: Endpoint, other: Endpoint) => Answer {
  const answers = new Map<Endpoint, Map<Endpoint, Answer>>();
  return (pod, other) => {
    const row = answers.get(pod) ?? new Map<Endpoint, Answer>();
    answers.set(pod, row);
    const known = row.get(other);
    if (known !== undefined) return known;
    const answer = ask(pod, other);
    row.set(other, answer);
    return answer;
  };
}
