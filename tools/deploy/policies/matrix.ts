import { flows, isFlowAllowed, meshInboundPort, type NodeName } from '@alt/topology';
import { meshMetricsPort } from './edges.ts';
import { createEvaluator, type Endpoint, type NetworkPolicy, type Protocol, type Verdict } from './evaluate.ts';
import { othersPods, ourNamespaces, ourPods, type PodSet } from './pods.ts';

/** An end of the matrix, and what the topology calls it; what it calls nothing must be out of reach. */
export type End = Endpoint & { node: NodeName | null; isMeshed: boolean; serves?: string };

/** The Kubernetes API as the values of the charts name it, unless a cluster says otherwise. */
export const apiServer = { address: '10.96.0.1', port: 6443 };

/** All pods of the topology, pods that it does not know in every namespace, and addresses inside and outside. */
export const ends: readonly End[] = [
  ...ourPods.map((pod, index) => endOf(pod, { 'app.kubernetes.io/name': pod.name }, index)),
  ...othersPods.map((pod, index) => endOf(pod, othersLabels(pod), 100 + index)),
  ...[...ourNamespaces, 'default', 'kube-system'].map((namespace, index) => stranger(namespace, index)),
  { ...address('node-local-dns', '169.254.20.10'), node: 'kube-dns' },
  { ...address('kube-apiserver', apiServer.address), node: 'kube-apiserver' },
  { ...address('public IPv4', '93.184.215.14'), node: 'internet' },
  { ...address('public IPv6', '2a00:1450:4001::1'), node: 'internet' },
  { ...address('Cloudflare', '198.41.192.7'), node: 'internet' },
  // biome-ignore format: a list of addresses
  ...['169.254.169.254', '127.0.0.1', '10.0.0.9', '172.16.0.9', '192.168.1.1', '100.64.0.1', '168.63.129.16', 'fd00:ec2::254', '64:ff9b::a00:1', '::ffff:10.0.0.1', '2002:a00:1::1']
    .map((at) => address(`address ${at}`, at)),
];

export const ports = [
  ...new Set([
    ...flows.flatMap((flow): readonly number[] => (flow.ports === 'own' ? [] : flow.ports)),
    ...[...ourPods, ...othersPods].flatMap((pod) => pod.ports),
    ...[meshInboundPort, meshMetricsPort, apiServer.port],
    // What no flow names: ssh, names over other ports, the kubelet, an admin interface, a high port.
    ...[22, 25, 2379, 5353, 9902, 10250, 15000, 65535],
  ]),
];

/** What `isFlowAllowed` answers for each pair of nodes, asked once. */
const listed: ReadonlyMap<string, readonly number[]> = new Map(
  nodes().flatMap((from) =>
    nodes()
      .filter((to) => isFlowAllowed(from, to, { shape: 'cluster' }))
      .map(
        (to) => [`${from} ${to}`, ports.filter((port) => isFlowAllowed(from, to, { shape: 'cluster', port }))] as const,
      ),
  ),
);

/**
 * A sentence for every pair, port and protocol that an end's policies allow and the topology does not, or the other way about.
 * Each end is judged by itself, so that neither hides behind the other. `namespace` leaves out pairs without an end there.
 */
export function matrixDifferences(
  policies: readonly NetworkPolicy[],
  { protocols = ['TCP', 'UDP'], namespace }: { protocols?: readonly Protocol[]; namespace?: string } = {},
): string[] {
  const evaluate = createEvaluator(policies);
  return ends.flatMap((from) =>
    ends.flatMap((to) => {
      if (from === to || !(isOurs(from) || isOurs(to))) return [];
      if (namespace !== undefined && from.namespace !== namespace && to.namespace !== namespace) return [];
      const verdict = evaluate(from, to);
      if (verdict.isShut && !mayBeExpected(from, to)) return [];
      return protocols.flatMap((protocol) =>
        ports.flatMap((port) => differencesOf({ from, to, port, protocol }, verdict)),
      );
    }),
  );
}

type Try = { from: End; to: End; port: number; protocol: Protocol };

function differencesOf({ from, to, port, protocol }: Try, { mayLeave, mayEnter }: Verdict): string[] {
  const isAllowed = isExpected(from, to, port, protocol);
  // F31: the way in asks nobody where he comes from; that a pod of ours does not come is the pod's end.
  const isEntry = isAllowed || (protocol === 'TCP' && isListed('internet', to.node, port));
  const pair = `${from.name} → ${to.name}:${port}/${protocol}`;
  const sentence = (end: End, is: boolean, should: boolean) =>
    is === should
      ? []
      : [`${pair} is ${is ? 'open' : 'closed'} at ${end.name}, and ${is ? 'no' : 'a'} flow allows it.`];
  return [
    ...(isOurs(from) ? sentence(from, mayLeave(port, protocol), isAllowed) : []),
    ...(isOurs(to) ? sentence(to, mayEnter(port, protocol), isEntry) : []),
  ];
}

function mayBeExpected(from: End, to: End): boolean {
  return listed.has(`${from.node} ${to.node}`) || listed.has(`internet ${to.node}`) || to.node === 'kube-dns';
}

/** What the policies of one allowed matrix open, as `from → to:port` lines: for papers and for the independent evaluator. */
export function allowedPairs(protocol: Protocol = 'TCP'): { from: End; to: End; port: number }[] {
  return ends.flatMap((from) =>
    ends
      .filter((to) => from !== to && (isOurs(from) || isOurs(to)))
      .flatMap((to) =>
        ports.filter((port) => isExpected(from, to, port, protocol)).map((port) => ({ from, to, port })),
      ),
  );
}

/** Whether the flow table allows it. */
export function isExpected(from: End, to: End, port: number, protocol: Protocol): boolean {
  if (from.node === null || to.node === null)
    return isOutsideReader(from, to, port, protocol) || isName(from, to, port);
  if (to.node === 'kube-dns') return isName(from, to, port);
  const isTunnel = from.node === 'cloudflared' && to.node === 'internet';
  if (isTunnel && to.name !== 'Cloudflare') return false;
  if (protocol === 'UDP' && !isTunnel) return false;
  if (from.serves !== undefined && from.serves !== to.name) return false;
  const isAt = (at: number) => isListed(from.node, to.node, at);
  if (port === meshInboundPort) return from.isMeshed && to.isMeshed && ports.some((at) => isMeshable(at) && isAt(at));
  if (to.node === 'kube-apiserver' && port === apiServer.port) return isAt(443);
  return isAt(port) || isOutsideReader(from, to, port, protocol);
}

function nodes(): NodeName[] {
  return [...new Set(ends.flatMap(({ node }) => node ?? []))];
}

function isListed(from: NodeName | null, to: NodeName | null, port: number): boolean {
  return from !== null && to !== null && (listed.get(`${from} ${to}`)?.includes(port) ?? false);
}

/** The proxy's own port of metrics is not carried by the mesh. */
function isMeshable(port: number): boolean {
  return port !== meshMetricsPort && port !== meshInboundPort;
}

/** F31: the way in takes whoever comes; a pod of ours may still not leave towards it. */
function isOutsideReader(from: End, to: End, port: number, protocol: Protocol): boolean {
  return !isOurs(from) && protocol === 'TCP' && isListed('internet', to.node, port);
}

/** F41: every pod in a namespace of ours, known or not. */
function isName(from: End, to: End, port: number): boolean {
  return to.node === 'kube-dns' && port === 53 && isOurs(from);
}

/** Others' namespaces are guarded by others: the matrix holds the ends that are ours. */
export function isOurs(end: Endpoint): boolean {
  return ourNamespaces.some((namespace) => namespace === end.namespace);
}

function endOf(pod: PodSet, labels: Endpoint['labels'], index: number): End {
  const { name, namespace, node, isMeshed, serves } = pod;
  return { name, namespace, node, isMeshed, labels, address: `10.244.0.${index + 1}`, ...(serves && { serves }) };
}

function othersLabels({ node, name }: PodSet): Endpoint['labels'] {
  if (node === 'kube-dns') return { 'k8s-app': name };
  if (node === 'linkerd') return { 'linkerd.io/control-plane-component': 'destination' };
  return { 'app.kubernetes.io/name': name };
}

/** A pod that no chart knows; outside of ours it even bears the name of one that may do much. */
function stranger(namespace: string, index: number): End {
  const isOurs = ourNamespaces.some((each) => each === namespace);
  const labels = { 'app.kubernetes.io/name': isOurs ? 'stranger' : 'alt-backend' };
  return {
    name: `stranger in ${namespace}`,
    namespace,
    labels,
    address: `10.244.1.${index + 1}`,
    node: null,
    isMeshed: true,
  };
}

function address(name: string, at: string): End {
  return { name, namespace: null, labels: {}, address: at, node: null, isMeshed: false };
}
