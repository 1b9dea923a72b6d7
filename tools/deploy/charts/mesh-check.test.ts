import { expect, it } from 'vitest';
import { meshErrors } from './mesh-check.ts';
import type { RenderedObject } from './rendered.ts';

const metadata = { name: 'kratos', namespace: 'alt-auth' };
const labels = { 'app.kubernetes.io/name': 'kratos' };
const policy = (kind: string, name: string, spec: unknown) => ({ kind, metadata: { ...metadata, name }, spec });
const parentRefs = [{ kind: 'Server', name: 'kratos-4434' }];

function deployment(probe: unknown, annotations: Record<string, string>): RenderedObject {
  const ports = [{ name: 'admin', containerPort: 4434 }];
  const spec = { containers: [{ name: 'kratos', ports, livenessProbe: probe }] };
  return { kind: 'Deployment', metadata, spec: { template: { metadata: { labels, annotations }, spec } } };
}

/** What a test pod runs, with the address that it asks. */
function testPod(url: string): RenderedObject {
  const own = { ...metadata, name: 'kratos-test', labels: { 'app.kubernetes.io/component': 'test' } };
  return { kind: 'Pod', metadata: own, spec: { containers: [{ name: 'test', command: ['node', `fetch('${url}')`] }] } };
}

function opened(kind: string, name: string, by = 'NetworkAuthentication'): RenderedObject {
  const requiredAuthenticationRefs = [{ kind: by, name: 'probes' }];
  return policy('AuthorizationPolicy', name, { targetRef: { kind, name }, requiredAuthenticationRefs });
}

const server = (proxyProtocol = 'HTTP/1') =>
  policy('Server', 'kratos-4434', { podSelector: { matchLabels: labels }, port: 4434, proxyProtocol });
const route = (name: string, match: unknown) =>
  policy('HTTPRoute', name, { parentRefs, rules: [{ matches: [match] }] });
const probes = route('probes', { path: { type: 'Exact', value: '/health/ready' }, method: 'GET' });
const rest = route('rest', { path: { type: 'PathPrefix', value: '/' } });
const policies = [server(), probes, rest, opened('HTTPRoute', 'probes'), opened('Server', 'other')];

/** What is said of a pod that is asked for a path on its port, beside other objects. */
function said(path: string, beside: readonly RenderedObject[], annotations: Record<string, string> = {}): string {
  const probe = { httpGet: { path, port: 'admin' } };
  const pod = deployment(probe, { 'linkerd.io/inject': 'enabled', ...annotations });
  const chart = { name: 'kratos', layer: '05-auth-platform', namespace: 'alt-auth' };
  return meshErrors([{ chart, profile: 'prod', objects: [pod, ...beside] }]).join('\n');
}

const refused = 'which kratos-4434 lets nobody without an identity ask';

it('a probe passes where a route of its port is open to networks, whatever else the port refuses', () => {
  expect(said('/health/ready', policies)).toBe('');
  expect(said('/health/ready', [])).toBe('');
  expect(said('/anything', [server()])).toBe('');
  expect(said('/anything', [server(), rest, opened('Server', 'kratos-4434')])).toBe('');
  expect(said('/anything', policies, { 'config.linkerd.io/skip-inbound-ports': '80,4434' })).toBe('');
});

it.each<[string, string, readonly RenderedObject[]]>([
  ['the path is another', '/metrics/prometheus', policies],
  ['the path is longer', '/health/ready/', policies],
  [
    'the route is for another method',
    '/x',
    [server(), route('probes', { method: 'POST' }), opened('HTTPRoute', 'probes')],
  ],
  ['no network is let through', '/health/ready', [server(), probes, rest]],
  [
    'an identity is asked for',
    '/health/ready',
    [server(), probes, opened('HTTPRoute', 'probes', 'MeshTLSAuthentication')],
  ],
  ['the closest route is closed', '/health/ready', [server(), probes, rest, opened('HTTPRoute', 'rest')]],
  ['the mesh sees bytes alone', '/health/ready', [server('opaque')]],
])('a probe is refused where %s', (_, path, beside) => {
  expect(said(path, beside)).toContain(`the livenessProbe of Deployment kratos asks for ${path}, ${refused}`);
});

it('a probe of an open port is refused, for the port is the proxy that stands before the container', () => {
  const pod = deployment({ tcpSocket: { port: 'admin' } }, { 'linkerd.io/inject': 'enabled' });
  const chart = { name: 'kratos', layer: '05-auth-platform', namespace: 'alt-auth' };
  expect(meshErrors([{ chart, profile: 'prod', objects: [pod, ...policies] }])).toEqual([
    "prod: the livenessProbe of Deployment kratos asks for an open port, which is that of the mesh's proxy.",
  ]);
});

it('who runs on is in the mesh where the topology has it there', () => {
  expect(said('/health/ready', policies, { 'linkerd.io/inject': 'disabled' })).toBe(
    'prod: Deployment kratos is not in the mesh, and the topology says otherwise.',
  );
});

it('two Servers of one port are refused, for the mesh takes either', () => {
  expect(said('/health/ready', [...policies, policy('Server', 'again', server().spec)])).toContain('has 2 Servers');
});

it('a test is held to the same, by the address that it asks', () => {
  const address = 'http://kratos.alt-auth.svc.cluster.local:4434';
  expect(said('/health/ready', [...policies, testPod(`${address}/health/ready`)])).toBe('');
  const refusal = said('/health/ready', [...policies, testPod(`${address}/admin/identities`)]);
  expect(refusal).toContain(`Pod kratos-test asks for /admin/identities, ${refused}`);
});
