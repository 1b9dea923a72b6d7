// What the flow table allows between the pods of a cluster, written again and apart from the policies that are derived from
// it: the other side of a comparison must not share their mistakes.
import {
  covers,
  type Flow,
  flows,
  isServiceName,
  isWorkloadName,
  meshInboundPort,
  type NodeName,
  namespaces,
  services,
  workloads,
} from '@alt/topology';

/** A set of equal pods. `label` is their `app.kubernetes.io/name`; `node` what the topology calls them, null for a stranger. */
export type PodSet = { key: string; namespace: string; label: string; node: NodeName | null; serves: string | null };

/** A line of the independent evaluator: `TCP 9000,9100-9102,UDP 53`, `All Connections`. Ends are keys or ranges of addresses. */
export type Connection = { src: string; dst: string; conn: string };

const clusterFlows: readonly Flow[] = flows.filter(({ shape }) => shape !== 'machine');
/** The port of the mesh's metrics is the proxy's own: it is not carried by the mesh. */
const MESH_METRICS_PORT = 4191;
/** Where NodeLocal DNS answers, on the network of the node. */
const NODE_LOCAL_DNS = '169.254.20.10';
/** The port at which an API server listens behind its Service; a network judges one or the other. */
const API_SERVER_PORT = 6443;
/** An address in each range that is nobody's business: metadata, loopback, private, shared, local. */
const REFUSED_ADDRESSES = [
  '169.254.169.254',
  '127.0.0.1',
  '10.11.12.13',
  '172.16.5.5',
  '192.168.1.1',
  '100.64.0.1',
  '0.0.0.1',
];

/** What the topology calls the pods with a label, and for a job or a test whom it is there for. */
export function podSet(key: string, namespace: string, label: string): PodSet {
  const known = isServiceName(label) ? services[label] : isWorkloadName(label) ? workloads[label] : null;
  // In a namespace that is not its own a name is borrowed.
  if (known)
    return { key, namespace, label, node: known.namespace === namespace ? (label as NodeName) : null, serves: null };
  const served = /^(.+)-(test|migration)$/.exec(label);
  if (!served?.[1]) return { key, namespace, label, node: null, serves: null };
  const serves = label === 'kratos-migration' ? 'kratos-postgres' : served[1];
  return { key, namespace, label, node: served[2] === 'test' ? 'test-pod' : 'migration-job', serves };
}

/** A sentence for each pair of ends whose open ports are not those of the flow table. */
export function connectivityDifferences(pods: readonly PodSet[], connections: readonly Connection[]): string[] {
  const byKey = new Map(pods.map((pod) => [pod.key, pod]));
  const open = new Map(connections.map(({ src, dst, conn }) => [`${src} ${dst}`, conn]));
  const between = pods.flatMap((from) =>
    pods
      .filter((to) => to !== from && (isOurs(from.namespace) || isOurs(to.namespace)))
      .flatMap((to) => pairDifference(from, to, open.get(`${from.key} ${to.key}`) ?? '')),
  );
  const outside = connections.flatMap(({ src, dst, conn }) => {
    const [from, to] = [byKey.get(src), byKey.get(dst)];
    if (from && !to) return outgoingDifference(from, dst, conn);
    if (!from && to) return incomingDifference(src, to, conn);
    return [];
  });
  return [...between, ...gathered(outside), ...missingWaysOut(pods, connections)];
}

/** A policy's exceptions cut the addresses into dozens of ranges: one sentence for all that are alike. */
function gathered(sentences: readonly string[]): string[] {
  const range = /(\d+(?:\.\d+){3}-\d+(?:\.\d+){3}|[\da-f:]*::[\da-f:-]*)/;
  const groups = Map.groupBy(sentences, (sentence) => sentence.replace(range, '*'));
  return [...groups.values()].flatMap(([first = '', ...others]) =>
    others.length > 0 ? [`${first} (So it is for ${others.length} more ranges.)`] : [first],
  );
}

/** The ports that the flow table opens from one set of pods to another, as `TCP 9000`. */
export function expectedPorts(from: PodSet, to: PodSet): Set<string> {
  if (to.node === 'kube-dns') return new Set(isOurs(from.namespace) ? ['TCP 53', 'UDP 53'] : []);
  const { node: source } = from;
  const target = to.node;
  // The way in takes whoever comes from outside; a pod of others is no address to the evaluator, and is let in where a flow
  // names it.
  if (!source || !target || (from.serves !== null && from.serves !== to.label)) return new Set();
  const ports = portsOf(
    clusterFlows.filter((flow) => covers(flow.from, source) && covers(flow.to, target)),
    target,
  );
  const isMeshed = isInMesh(from) && isInMesh(to) && ports.some((port) => port !== MESH_METRICS_PORT);
  return tcp(isMeshed ? [...ports, meshInboundPort] : ports);
}

function pairDifference(from: PodSet, to: PodSet, conn: string): string[] {
  const expected = expectedPorts(from, to);
  const found = parsePorts(conn);
  const more = [...found].filter((port) => !expected.has(port));
  const less = [...expected].filter((port) => !found.has(port));
  return [
    ...(more.length > 0 ? [`${from.key} → ${to.key}: ${more.join(', ')} is open, and no flow allows it.`] : []),
    ...(less.length > 0 ? [`${from.key} → ${to.key}: ${less.join(', ')} is closed, and a flow allows it.`] : []),
  ];
}

/** From a pod of ours to addresses: names on the node, the Kubernetes API, or the ways to the internet; nothing private. */
function outgoingDifference(from: PodSet, range: string, conn: string): string[] {
  if (!isOurs(from.namespace)) return [];
  const found = parsePorts(conn);
  const isNames =
    range === `${NODE_LOCAL_DNS}-${NODE_LOCAL_DNS}` || range === `${NODE_LOCAL_DNS}/32` || range === NODE_LOCAL_DNS;
  if (isNames)
    return [...found].sort().join() === 'TCP 53,UDP 53' ? [] : [`${from.key} → ${range}: ${conn}, not names alone.`];
  const inside = REFUSED_ADDRESSES.filter((address) => isInRange(address, range));
  const toApi = portsTo(from, 'kube-apiserver');
  const allowed = tcp(toApi.length > 0 && isOneAddress(range) ? [...toApi, API_SERVER_PORT] : waysOut(from));
  if (from.node === 'cloudflared') for (const port of portsTo(from, 'internet')) allowed.add(`UDP ${port}`);
  const more = [...found].filter((port) => !allowed.has(port));
  return [
    ...(more.length > 0 ? [`${from.key} → ${range}: ${more.join(', ')} is open, and no flow allows it.`] : []),
    ...(inside.length > 0 && !isOneAddress(range) ? [`${from.key} → ${range}: ${inside.join(', ')} is in reach.`] : []),
  ];
}

function incomingDifference(range: string, to: PodSet, conn: string): string[] {
  if (!isOurs(to.namespace)) return [];
  const allowed = tcp(
    to.node === null
      ? []
      : portsOf(
          clusterFlows.filter((flow) => flow.from === 'internet' && flow.to === to.node),
          to.node,
        ),
  );
  const more = [...parsePorts(conn)].filter((port) => !allowed.has(port));
  return more.length > 0 ? [`${range} → ${to.key}: ${more.join(', ')} is open, and no flow allows it.`] : [];
}

/** Whoever may go out, or take what comes in, must really have a way. */
function missingWaysOut(pods: readonly PodSet[], connections: readonly Connection[]): string[] {
  const keys = new Set(pods.map(({ key }) => key));
  return pods.flatMap((pod) => {
    if (pod.node === null || !isOurs(pod.namespace)) return [];
    const out = tcp([...waysOut(pod), ...portsTo(pod, 'kube-apiserver')]);
    const left = new Set(
      connections
        .filter(({ src, dst }) => src === pod.key && !keys.has(dst))
        .flatMap(({ conn }) => [...parsePorts(conn)]),
    );
    const into = tcp(
      portsOf(
        clusterFlows.filter((flow) => flow.from === 'internet' && flow.to === pod.node),
        pod.node,
      ),
    );
    const came = new Set(
      connections
        .filter(({ src, dst }) => dst === pod.key && !keys.has(src))
        .flatMap(({ conn }) => [...parsePorts(conn)]),
    );
    return [
      ...[...out]
        .filter((port) => !left.has(port))
        .map((port) => `${pod.key} → addresses: ${port} is closed, and a flow allows it.`),
      ...[...into]
        .filter((port) => !came.has(port))
        .map((port) => `addresses → ${pod.key}: ${port} is closed, and a flow allows it.`),
    ];
  });
}

function waysOut(from: PodSet): readonly number[] {
  return portsTo(from, 'internet');
}

function portsTo(from: PodSet, to: 'internet' | 'kube-apiserver'): readonly number[] {
  const { node } = from;
  if (node === null) return [];
  return portsOf(
    clusterFlows.filter((flow) => covers(flow.from, node) && flow.to === to),
    to,
  );
}

function portsOf(rows: readonly Flow[], to: NodeName): number[] {
  return [...new Set(rows.flatMap(({ ports }): readonly number[] => (ports === 'own' ? ownPorts(to) : ports)))];
}

function ownPorts(node: NodeName): readonly number[] {
  if (isServiceName(node)) return services[node].port === null ? [] : [services[node].port];
  return isWorkloadName(node) ? Object.values(workloads[node].ports) : [];
}

function isInMesh({ node }: PodSet): boolean {
  if (node === null) return false;
  if (isServiceName(node)) return services[node].isMeshed;
  return isWorkloadName(node) && workloads[node].isMeshed;
}

export function isOurs(namespace: string): boolean {
  return Object.entries(namespaces).some(([name, { owner }]) => name === namespace && owner === 'alt');
}

function tcp(ports: readonly number[]): Set<string> {
  return new Set(ports.map((port) => `TCP ${port}`));
}

/** `TCP 53,9000-9002,UDP 53` as a set of single ports; what opens everything is a word of its own, which no flow allows. */
export function parsePorts(conn: string): Set<string> {
  if (conn === '' || conn === 'No Connections') return new Set();
  if (conn === 'All Connections') return new Set(['every port']);
  let protocol = '';
  const found = new Set<string>();
  for (const part of conn.split(',')) {
    const [, named, first, last = first] = /^(?:(TCP|UDP|SCTP) )?(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    if (first === undefined || last === undefined) throw new Error(`The connection ${conn} cannot be read.`);
    protocol = named ?? protocol;
    if (Number(last) - Number(first) > 100) found.add(`${protocol} ${first}-${last}`);
    else for (let port = Number(first); port <= Number(last); port++) found.add(`${protocol} ${port}`);
  }
  return found;
}

function isOneAddress(range: string): boolean {
  const [first, last = first] = range.split('-');
  return first === last;
}

/** Whether a range `a-b` of IPv4 addresses holds an address; IPv6 ranges hold none of ours. */
function isInRange(address: string, range: string): boolean {
  const [first = '', last = first] = range.split('-');
  if (!first.includes('.')) return false;
  return numberOf(first) <= numberOf(address) && numberOf(address) <= numberOf(last);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
