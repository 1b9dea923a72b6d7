import { meshInboundPort, workloads } from '@alt/topology';
import { cloudflareRanges, publicIpv6, refusedIpv4, refusedIpv6 } from '../edge/ranges.ts';
import { addressFlows, clusterFlows, type Edge, edges, isInChart, meshMetricsPort, openedPorts } from './edges.ts';
import { chartFolderOf, othersPods, ourNamespaces, ourPods, type PodSet } from './pods.ts';
import { type Policy, podPeer, type Rule, rangePeer, selectByName, writePolicies } from './write.ts';

/** The files of layer 01, by name: what holds for namespaces and groups of pods, and for pods that no chart of ours deploys. */
export function sharedPolicyFiles(): Record<string, string> {
  return {
    'namespace-isolation-policies.yaml': writePolicies([
      ...ourNamespaces.flatMap((namespace) => [defaultDeny(namespace), allowNames(namespace)]),
      ...ourPods.filter(({ serves }) => serves !== undefined).flatMap((pod) => sharedPolicy(pod) ?? []),
    ]),
    'cross-namespace-policies.yaml': writePolicies(
      ourPods.filter(({ serves }) => serves === undefined).flatMap((pod) => sharedPolicy(pod) ?? []),
    ),
    'proxy-enforcement-policies.yaml': writePolicies(addressPolicies()),
    'linkerd-policies.yaml': writePolicies(meshPolicies()),
  };
}

/** The policies of the charts' own pods, by the chart's folder. */
export function chartPolicyFiles(): Record<string, string> {
  const byFolder = Map.groupBy(
    ourPods.filter(({ serves }) => serves === undefined),
    ({ name }) => chartFolderOf(name),
  );
  const files = [...byFolder].flatMap(([folder, pods]) =>
    folder === null ? [] : [[folder, writePolicies(pods.map(chartPolicy))] as const],
  );
  return Object.fromEntries(files);
}

function defaultDeny(namespace: Policy['namespace']): Policy {
  return { name: 'default-deny', namespace, selects: [], ingress: [], egress: [] };
}

function allowNames(namespace: Policy['namespace']): Policy {
  const names = othersPods.filter(({ node }) => node === 'kube-dns').map(podPeer);
  const ports = (['UDP', 'TCP'] as const).map((protocol) => ({ port: 53, protocol }));
  // NodeLocal DNS answers on the node's network at this address, where no selector of pods reaches.
  const rule = { why: 'F41: names, over UDP and TCP', peers: [...names, rangePeer('169.254.20.10/32')], ports };
  return { name: 'allow-dns', namespace, selects: [], egress: [rule] };
}

function chartPolicy(pod: PodSet): Policy {
  const rules = rulesOf(pod, (edge) => isInChart(edge, pod));
  return { name: pod.name, namespace: pod.namespace, selects: selectByName([pod.name]), ...rules };
}

/** What layer 01 says of a pod: the rows of groups, or all of its rows where no chart of ours deploys it. */
function sharedPolicy(pod: PodSet): Policy | null {
  const { ingress, egress } = rulesOf(pod, (edge) => !isInChart(edge, pod) && !edge.ports.includes(meshMetricsPort));
  if (ingress.length === 0 && egress.length === 0) return null;
  const name = chartFolderOf(pod.name) === null ? pod.name : `${pod.name}-shared`;
  return {
    name,
    namespace: pod.namespace,
    selects: selectByName([pod.name]),
    ...(ingress.length > 0 && { ingress }),
    ...(egress.length > 0 && { egress }),
  };
}

function rulesOf(pod: PodSet, isHere: (edge: Edge) => boolean): { ingress: Rule[]; egress: Rule[] } {
  const mine = edges.filter(isHere);
  return {
    ingress: mine.filter(({ to }) => to === pod).map((edge) => ruleOf(edge, edge.from)),
    egress: mine.filter(({ from }) => from === pod).map((edge) => ruleOf(edge, edge.to)),
  };
}

function ruleOf(edge: Edge, other: PodSet): Rule {
  const why = `${edge.id} ${edge.from.name} → ${edge.to.name}: ${edge.purpose}`;
  return { why, peers: [podPeer(other)], ports: openedPorts(edge).map((port) => ({ port })) };
}

/** Who may talk to, or be talked to by, what only an address describes. */
function addressPolicies(): Policy[] {
  const out = addressFlows('internet', 'to').map(([flow, pod]): Policy => {
    const isTunnel = pod.name === 'cloudflared';
    const peers = isTunnel
      ? cloudflareRanges.map((range) => rangePeer(range))
      : [rangePeer('0.0.0.0/0', refusedIpv4), rangePeer(publicIpv6, refusedIpv6)];
    const ports = portsOf(flow.ports).flatMap((port) => [
      { port },
      ...(isTunnel ? [{ port, protocol: 'UDP' as const }] : []),
    ]);
    const why = `${flow.id} ${pod.name} → public addresses: ${flow.purpose}`;
    return towards(pod, `${pod.name}-${flow.id.toLowerCase()}-out`, { egress: [{ why, peers, ports }] });
  });
  const api = addressFlows('kube-apiserver', 'to').map(([flow, pod]): Policy => {
    const why = `${flow.id} ${pod.name} → the Kubernetes API: ${flow.purpose}`;
    // Most networks judge an address after it was translated: then the API's own port counts, not that of its Service.
    const ports = [...portsOf(flow.ports).map((port) => ({ port })), { port: '{{ .Values.apiServer.port }}' }];
    const peers = [rangePeer('{{ .Values.apiServer.cidr }}')];
    return towards(pod, `${pod.name}-kube-apiserver`, { egress: [{ why, peers, ports }] });
  });
  const readers = addressFlows('internet', 'from').map(([flow, pod]): Policy => {
    // A load balancer in front shows its own address, which may be private: the way in asks nobody where he comes from.
    const peers = [rangePeer('0.0.0.0/0'), rangePeer('::/0')];
    const why = `${flow.id}: ${flow.purpose}`;
    const ports = portsOf(flow.ports).map((port) => ({ port }));
    return towards(pod, `${pod.name}-readers`, { ingress: [{ why, peers, ports }] });
  });
  return [...out, ...api, ...readers];
}

function towards(pod: PodSet, name: string, rules: Pick<Policy, 'ingress' | 'egress'>): Policy {
  return { name, namespace: pod.namespace, selects: selectByName([pod.name]), ...rules };
}

/** What the mesh itself needs. That a flow may arrive at its port 4143 stands with the flow. */
function meshPolicies(): Policy[] {
  const controlPlane = clusterFlows.find(({ to, from }) => from === 'meshed-pod' && to === 'linkerd');
  const scrapes = edges.filter(({ ports }) => ports.includes(meshMetricsPort));
  const why = `Traffic of the mesh to port ${meshInboundPort} of a pod is opened with each flow between meshed pods, not here.`;
  return ourNamespaces.flatMap((namespace): Policy[] => {
    const meshed = ourPods.filter((pod) => pod.namespace === namespace && pod.isMeshed);
    if (meshed.length === 0 || !controlPlane) return [];
    const selects = selectByName(meshed.map(({ name }) => name));
    const egress = {
      why: `${controlPlane.id}: ${controlPlane.purpose}`,
      peers: othersPods.filter(({ node }) => node === 'linkerd').map(podPeer),
      ports: portsOf(controlPlane.ports).map((port) => ({ port })),
    };
    const here = scrapes.filter(({ to }) => to.namespace === namespace);
    const scrapers = [...new Set(here.map(({ from }) => from))];
    const ingress = scrapers.map((from) => scrapeRule(`N08: ${here[0]?.purpose}`, [from]));
    const own = scrapes.filter(({ from }) => from.namespace === namespace);
    const outgoing: Policy[] = scrapersOf(own).map((pod) =>
      towards(pod, `${pod.name}-mesh-metrics`, {
        egress: [
          scrapeRule(
            `N08: ${own[0]?.purpose}`,
            own.filter(({ from }) => from === pod).map(({ to }) => to),
          ),
        ],
      }),
    );
    return [
      { name: 'mesh-control-plane', namespace, selects, egress: [egress], why },
      ...(ingress.length > 0 ? [{ name: 'mesh-metrics', namespace, selects, ingress }] : []),
      ...outgoing,
    ];
  });
}

function scrapersOf(scrapes: readonly Edge[]): PodSet[] {
  return [...new Set(scrapes.map(({ from }) => from))];
}

function scrapeRule(why: string, peers: readonly PodSet[]): Rule {
  return { why, peers: peers.map(podPeer), ports: [{ port: meshMetricsPort }] };
}

function portsOf(ports: readonly number[] | 'own'): readonly number[] {
  return ports === 'own' ? [] : ports;
}

/** The ports of the Kubernetes API as the topology knows them. */
export const apiServerPorts: readonly number[] = Object.values(workloads['kube-apiserver'].ports);
