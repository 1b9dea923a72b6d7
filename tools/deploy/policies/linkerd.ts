import { isServiceName, type Namespace, streamedPaths } from '@alt/topology';
import { stringify } from 'yaml';
import { addressFlows, type Edge, edges, meshMetricsPort } from './edges.ts';
import { chartFolderOf, ourNamespaces, ourPods, type PodSet } from './pods.ts';
import { derivedLine } from './write.ts';

type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: Namespace; annotations?: Record<string, string> };
  spec: unknown;
};

/** What a Server lets be asked without an identity: the node's kubelet and the pods of `helm test` have none. */
const probePaths: Readonly<Record<string, readonly string[]>> = {
  'envoy-proxy-9901': ['/ready', '/server_info'],
  'kratos-4433': ['/health/alive', '/health/ready'],
  // The courier bears the name of Kratos, listens there, and answers nothing else.
  'kratos-4434': ['/metrics/prometheus'],
};
const serviceProbePaths = ['/v1/live', '/v1/ready', '/v1/health'];

const probesName = 'probes';

/** The mesh's policies of the charts' pods, by the chart's folder. */
export function chartMeshFiles(): Record<string, string> {
  return Object.fromEntries(
    guarded().flatMap((pod) => {
      const folder = chartFolderOf(pod.name);
      return folder === null ? [] : [[folder, written(objectsOf(pod))] as const];
    }),
  );
}

/** What layer 01 says to the mesh: which networks probes come from, and the policies of pods that no chart of ours deploys. */
export function sharedMeshObjects(): string {
  const probes = ourNamespaces.map(
    (namespace): KubernetesObject => ({
      apiVersion: 'policy.linkerd.io/v1alpha1',
      kind: 'NetworkAuthentication',
      metadata: { name: probesName, namespace },
      spec: { networks: '{{ .Values.probes.networks | toJson }}' },
    }),
  );
  const others = guarded().filter(({ name }) => chartFolderOf(name) === null);
  return written([...probes, ...others.flatMap(objectsOf)]).replaceAll(/networks: "?(\{\{.*\}\})"?/g, 'networks: $1');
}

/** Meshed pods that somebody calls. Readers come to the way in past the mesh: else it would not see their addresses. */
function guarded(): PodSet[] {
  const isEntered = (pod: PodSet) => addressFlows('internet', 'from').some(([, entered]) => entered === pod);
  return ourPods.filter((pod) => pod.isMeshed && incoming(pod).length > 0 && !isEntered(pod));
}

function incoming(pod: PodSet): Edge[] {
  return edges.filter(({ to, ports }) => to === pod && !ports.includes(meshMetricsPort));
}

function objectsOf(pod: PodSet): KubernetesObject[] {
  const servers = pod.ports.flatMap((port) => serverObjects(pod, port));
  return [...servers, ...callers(pod).map((from) => identityOf(pod, from)), ...outboundRoutes(pod)];
}

function serverObjects(pod: PodSet, port: number): KubernetesObject[] {
  const { name, namespace } = pod;
  const server = `${name}-${port}`;
  const isOpaque = isTunnel(pod, port);
  const allowed = incoming(pod).filter(({ ports, from }) => from.isMeshed && ports.includes(port));
  return [
    {
      apiVersion: 'policy.linkerd.io/v1beta3',
      kind: 'Server',
      metadata: { name: server, namespace },
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
        port,
        proxyProtocol: isOpaque ? 'opaque' : 'HTTP/1',
        accessPolicy: 'deny',
      },
    },
    ...unique(allowed.map(({ from }) => from)).map((from) =>
      authorization(
        `${server}-from-${from.name}`,
        namespace,
        ['Server', server],
        ['MeshTLSAuthentication', `${name}-from-${from.name}`],
      ),
    ),
    ...(isAskedByJobs(pod, port)
      ? [authorization(`${server}-jobs`, namespace, ['Server', server], ['NetworkAuthentication', probesName])]
      : []),
    ...(isOpaque ? [] : inboundRoutes(pod, server)),
  ];
}

/** A route on a Server ends Linkerd's own leave for probes, and refuses what no route names: so one for probes, one for the rest. */
function inboundRoutes({ name, namespace }: PodSet, server: string): KubernetesObject[] {
  const paths = probePaths[server] ?? (isServiceName(name) ? serviceProbePaths : []);
  if (paths.length === 0) return [];
  const parent = [{ group: 'policy.linkerd.io', kind: 'Server', name: server }];
  const route = (suffix: string, matches: unknown): KubernetesObject => ({
    apiVersion: 'policy.linkerd.io/v1beta3',
    kind: 'HTTPRoute',
    metadata: { name: `${server}-${suffix}`, namespace },
    spec: { parentRefs: parent, rules: [{ matches }] },
  });
  return [
    route(
      'probes',
      paths.map((value) => ({ path: { type: 'Exact', value }, method: 'GET' })),
    ),
    route('all', [{ path: { type: 'PathPrefix', value: '/' } }]),
    authorization(
      `${server}-probes`,
      namespace,
      ['HTTPRoute', `${server}-probes`],
      ['NetworkAuthentication', probesName],
    ),
  ];
}

/** On the caller's side: a read is tried once more where a gateway error answers it; streams have no time limit, all else has one. */
function outboundRoutes({ name, namespace, ports }: PodSet): KubernetesObject[] {
  if (!isServiceName(name)) return [];
  const [port] = ports;
  if (port === undefined) return [];
  const service = { group: 'core', kind: 'Service', name, namespace, port };
  const route = (suffix: string, matches: unknown, annotations: Record<string, string>): KubernetesObject => ({
    apiVersion: 'policy.linkerd.io/v1beta3',
    kind: 'HTTPRoute',
    metadata: { name: `${name}-${suffix}`, namespace, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: { parentRefs: [service], rules: [{ matches, backendRefs: [{ name, namespace, port }] }] },
  });
  if (name === 'sidecar-proxy') return [];
  const streams = streamedPaths.filter(({ service: owner }) => owner === name);
  const limit = { 'timeout.linkerd.io/request': `${REQUEST_SECONDS}s` };
  const again = { 'retry.linkerd.io/http': 'gateway-error', 'retry.linkerd.io/limit': '1', ...limit };
  return [
    ...(streams.length > 0
      ? [
          route(
            'streams',
            streams.map(({ path }) => ({ path: { type: 'Exact', value: path }, method: 'GET' })),
            {},
          ),
        ]
      : []),
    route('reads', [{ path: { type: 'PathPrefix', value: '/' }, method: 'GET' }], again),
    route('writes', [{ path: { type: 'PathPrefix', value: '/' } }], limit),
  ];
}

/** Longer than the longest of our services' own deadlines: this one is for a peer that hangs. */
const REQUEST_SECONDS = 1_200;

function identityOf({ name, namespace }: PodSet, from: PodSet): KubernetesObject {
  return {
    apiVersion: 'policy.linkerd.io/v1alpha1',
    kind: 'MeshTLSAuthentication',
    metadata: { name: `${name}-from-${from.name}`, namespace },
    spec: { identities: [`${from.name}.${from.namespace}.serviceaccount.identity.linkerd.cluster.local`] },
  };
}

function authorization(
  name: string,
  namespace: Namespace,
  target: [string, string],
  who: [string, string],
): KubernetesObject {
  const reference = ([kind, called]: [string, string]) => ({ group: 'policy.linkerd.io', kind, name: called });
  return {
    apiVersion: 'policy.linkerd.io/v1alpha1',
    kind: 'AuthorizationPolicy',
    metadata: { name, namespace },
    spec: { targetRef: reference(target), requiredAuthenticationRefs: [reference(who)] },
  };
}

/** Jobs end, and a proxy beside them might not: they come without an identity. The network policies name them, and the store its keys. */
function isAskedByJobs(pod: PodSet, port: number): boolean {
  return incoming(pod).some(({ from, ports }) => !from.isMeshed && from.node !== 'test-pod' && ports.includes(port));
}

function callers(pod: PodSet): PodSet[] {
  return unique(incoming(pod).map(({ from }) => from)).filter(({ isMeshed }) => isMeshed);
}

/**
 * A door of Envoy that leads out: CONNECT is bytes to the mesh, with the identities of both ends all the same. sidecar-proxy's one port
 * answers for its health as well, so it stays HTTP: Linkerd carries CONNECT over HTTP/1.1 as it does an upgrade, and `/` covers it.
 */
function isTunnel({ name }: PodSet, port: number): boolean {
  return (
    name === 'envoy-proxy' &&
    edges.some(({ to, ports, protocol }) => to.name === name && ports.includes(port) && protocol === 'connect')
  );
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

function written(objects: readonly KubernetesObject[]): string {
  const documents = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  return `${derivedLine}\n${documents.join('---\n')}`;
}
