// Whoever asks without an identity of the mesh, the kubelet with its probes and the pods of `helm test`, must be let through by it.
import { isServiceName, isWorkloadName, services, workloads } from '@alt/topology';
import { type Container, type Pod, podsOf, type RenderedChart, type RenderedObject } from './rendered.ts';

/** What a stranger to the mesh asks of a pod. */
type Question = { who: string; method: string; path: string };

type Server = RenderedObject & {
  spec: { podSelector: { matchLabels?: Record<string, string> }; port: number | string; proxyProtocol?: string };
};
type Route = RenderedObject & { spec: { parentRefs?: Reference[]; rules?: { matches?: Match[] }[] } };
type Match = { method?: string; path?: { type?: string; value?: string } };
type Authorization = RenderedObject & { spec: { targetRef: Reference; requiredAuthenticationRefs: Reference[] } };
type Reference = { kind: string; name: string };

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
const ADDRESS = /http:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local(?::(\d+))?(\/[^\s'"`]*)/g;

/** Sentences about probes and tests of meshed pods that the mesh would refuse, in each profile. */
export function meshErrors(rendered: readonly RenderedChart[]): string[] {
  const profiles = [...new Set(rendered.map(({ profile }) => profile))];
  return profiles.flatMap((profile) => {
    const objects = rendered.filter((each) => each.profile === profile).flatMap((each) => each.objects);
    const pods = objects.flatMap(podsOf);
    const asked = questionsOfTests(pods);
    const meshed = pods.filter(({ annotations }) => annotations['linkerd.io/inject'] === 'enabled');
    const refused = meshed
      .flatMap((pod) =>
        [...questionsOfProbes(pod), ...(asked.get(placeOf(pod)) ?? [])].map((each) => ({ pod, ...each })),
      )
      .flatMap(({ pod, port, ...question }) => refusal(objects, pod, port, question));
    const errors = [...pods.flatMap(membershipError), ...meshed.flatMap(openPortErrors), ...refused];
    return [...new Set(errors)].map((error) => `${profile}: ${error}`);
  });
}

/** What runs on is in the mesh exactly where the topology says so; jobs end, and are not. */
function membershipError({ owner, labels, annotations }: Pod): string[] {
  const name = labels['app.kubernetes.io/name'] ?? '';
  if (!['Deployment', 'StatefulSet'].includes(owner.kind)) return [];
  const known = isServiceName(name) ? services[name] : isWorkloadName(name) ? workloads[name] : null;
  const isMeshed = annotations['linkerd.io/inject'] === 'enabled';
  if (!known || known.isMeshed === isMeshed) return [];
  return [
    `${owner.kind} ${owner.metadata.name} is ${isMeshed ? '' : 'not '}in the mesh, and the topology says otherwise.`,
  ];
}

/** An open port is the proxy's, so it tells nothing of a container once that has started. */
function openPortErrors({ spec, owner }: Pod): string[] {
  return (spec.containers ?? []).flatMap((container) =>
    (['livenessProbe', 'readinessProbe'] as const)
      .filter((kind) => container[kind]?.tcpSocket !== undefined)
      .map(
        (kind) =>
          `the ${kind} of ${owner.kind} ${owner.metadata.name} asks for an open port, which is that of the mesh's proxy.`,
      ),
  );
}

type Asked = Question & { port: number };

/** What the kubelet asks over HTTP. */
function questionsOfProbes({ spec, owner }: Pod): Asked[] {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  return containers.flatMap((container) =>
    PROBES.flatMap((kind) => {
      const { path = '/', port } = container[kind]?.httpGet ?? {};
      if (port === undefined) return [];
      const who = `the ${kind} of ${owner.kind} ${owner.metadata.name}`;
      return [{ who, method: 'GET', path, port: numberOf(container, port) }];
    }),
  );
}

/** What tests ask, by namespace and name of whom they ask: addresses that stand in what they run. */
function questionsOfTests(pods: readonly Pod[]): Map<string, Asked[]> {
  const asked = new Map<string, Asked[]>();
  for (const { owner, labels, spec } of pods) {
    if (labels['app.kubernetes.io/component'] !== 'test') continue;
    for (const [, name = '', namespace = '', port = '80', path = '/'] of JSON.stringify(spec).matchAll(ADDRESS)) {
      const place = `${namespace}/${name}`;
      const question = { who: `Pod ${owner.metadata.name}`, method: 'GET', path, port: Number(port) };
      asked.set(place, [...(asked.get(place) ?? []), question]);
    }
  }
  return asked;
}

function refusal(objects: readonly RenderedObject[], pod: Pod, port: number, question: Question): string[] {
  const passedBy = (pod.annotations['config.linkerd.io/skip-inbound-ports'] ?? '').split(',');
  if (passedBy.includes(String(port))) return [];
  const servers = objects.filter(isServer).filter((server) => isOf(server, pod, port));
  if (servers.length > 1) return [`the port ${port} of ${placeOf(pod)} has ${servers.length} Servers.`];
  return servers.flatMap((server) => {
    if (isOpenTo(objects, 'Server', server)) return [];
    const said = `${question.who} asks for ${question.path}, which ${server.metadata.name} lets nobody without an identity ask.`;
    return mayAsk(objects, server, question) ? [] : [said];
  });
}

/** Whether a Server's routes let a stranger ask. One without routes has Linkerd's own leave for probes, unless it sees bytes alone. */
function mayAsk(objects: readonly RenderedObject[], server: Server, { method, path }: Question): boolean {
  const routes = objects
    .filter(isRoute)
    .filter(
      ({ metadata, spec }) => metadata.namespace === server.metadata.namespace && refersTo(spec.parentRefs, server),
    );
  if (routes.length === 0) return server.spec.proxyProtocol !== 'opaque';
  const fitting = routes
    .flatMap((route) =>
      (route.spec.rules ?? []).flatMap(({ matches = [] }) => matches.map((match) => ({ route, match }))),
    )
    .filter(({ match }) => (match.method ?? method) === method && lengthOf(match, path) >= 0)
    .sort((one, other) => lengthOf(other.match, path) - lengthOf(one.match, path));
  const [best] = fitting;
  return best !== undefined && isOpenTo(objects, 'HTTPRoute', best.route);
}

/** How closely a match fits a path: a whole one before a longer beginning, -1 where it does not. */
function lengthOf({ path = {} }: Match, asked: string): number {
  const { type = 'PathPrefix', value = '/' } = path;
  const plain = asked.split('?')[0] ?? '';
  if (type === 'Exact') return plain === value ? Number.MAX_SAFE_INTEGER : -1;
  const beginning = value.replace(/\/$/, '');
  return plain === beginning || plain.startsWith(`${beginning}/`) ? beginning.length : -1;
}

/** Whether networks, and not identities, open a Server or a route. */
function isOpenTo(objects: readonly RenderedObject[], kind: string, { metadata }: RenderedObject): boolean {
  return objects
    .filter(isAuthorization)
    .some(
      ({ metadata: own, spec: { targetRef, requiredAuthenticationRefs: needed } }) =>
        own.namespace === metadata.namespace &&
        targetRef.kind === kind &&
        targetRef.name === metadata.name &&
        needed.every((each) => each.kind === 'NetworkAuthentication'),
    );
}

function isOf({ metadata, spec }: Server, pod: Pod, port: number): boolean {
  const labels = Object.entries(spec.podSelector.matchLabels ?? {});
  const isSelected = labels.every(([label, value]) => pod.labels[label] === value);
  const isNamed = (pod.spec.containers ?? []).some((container) => numberOf(container, spec.port) === port);
  return metadata.namespace === pod.owner.metadata.namespace && isSelected && isNamed;
}

function numberOf({ ports = [] }: Container, port: number | string): number {
  return typeof port === 'number' ? port : (ports.find(({ name }) => name === port)?.containerPort ?? 0);
}

function placeOf({ owner, labels }: Pod): string {
  return `${owner.metadata.namespace}/${labels['app.kubernetes.io/name']}`;
}

function refersTo(references: readonly Reference[] = [], { kind, metadata }: RenderedObject): boolean {
  return references.some((each) => each.kind === kind && each.name === metadata.name);
}

function isServer(object: RenderedObject): object is Server {
  return object.kind === 'Server';
}

function isRoute(object: RenderedObject): object is Route {
  return object.kind === 'HTTPRoute';
}

function isAuthorization(object: RenderedObject): object is Authorization {
  return object.kind === 'AuthorizationPolicy';
}
